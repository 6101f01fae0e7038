DROP SCHEMA rag CASCADE;
CREATE SCHEMA rag;
COMMENT ON SCHEMA rag IS 'What sqlrag offers to SQL: functions and views, no data. \df rag.* lists it.';
DROP TABLE
    sqlrag.rejects, sqlrag.model_calls, sqlrag.relation_embeddings, sqlrag.entity_embeddings,
    sqlrag.evidence, sqlrag.relations, sqlrag.mentions, sqlrag.entity_aliases, sqlrag.entities;
DROP FUNCTION sqlrag.forget_relations(), sqlrag.forget_entities();
ALTER TABLE sqlrag.chunks DROP COLUMN extractor;
ALTER TABLE sqlrag.workspaces DROP COLUMN settings;
UPDATE sqlrag.documents SET status = 'ready' WHERE status = 'partial';
ALTER TABLE sqlrag.documents DROP CONSTRAINT what_is_not_ready_says_why;
ALTER TABLE sqlrag.documents ADD CONSTRAINT a_failed_document_says_why CHECK (status <> 'failed' OR error IS NOT NULL);
ALTER TABLE sqlrag.documents DROP CONSTRAINT status_is_known;
ALTER TABLE sqlrag.documents ADD CONSTRAINT status_is_known CHECK (status IN ('ready', 'failed'));
