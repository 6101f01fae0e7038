DROP INDEX sqlrag.relations_from_source, sqlrag.relations_from_target;
CREATE INDEX relations_from_source ON sqlrag.relations (workspace_id, source_id, weight DESC)
    INCLUDE (target_id, relation_id);
CREATE INDEX relations_from_target ON sqlrag.relations (workspace_id, target_id, weight DESC)
    INCLUDE (source_id, relation_id);
