-- Derived values, apart from the rows they are of: they can be deleted at any time and are made
-- again. One counts only while the hash of what it was made of is that of what is said now.
CREATE TABLE sqlrag.entity_summaries (
    workspace_id int NOT NULL,
    entity_id bigint NOT NULL,
    summary text NOT NULL,
    model text NOT NULL,
    inputs_sha256 bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, entity_id),
    FOREIGN KEY (workspace_id, entity_id)
        REFERENCES sqlrag.entities (workspace_id, entity_id) ON DELETE CASCADE
);
COMMENT ON TABLE sqlrag.entity_summaries IS
    'What a model made of the descriptions of an entity that are too long to be read one by one.';
COMMENT ON COLUMN sqlrag.entity_summaries.inputs_sha256 IS
    'What rag.entity_inputs_sha256 gave when it was made; with another, the summary is not used.';

CREATE TABLE sqlrag.relation_summaries (
    workspace_id int NOT NULL,
    relation_id bigint NOT NULL,
    summary text NOT NULL,
    model text NOT NULL,
    inputs_sha256 bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, relation_id),
    FOREIGN KEY (workspace_id, relation_id)
        REFERENCES sqlrag.relations (workspace_id, relation_id) ON DELETE CASCADE
);
COMMENT ON TABLE sqlrag.relation_summaries IS
    'What a model made of the descriptions of a relation that are too long to be read one by one.';
COMMENT ON COLUMN sqlrag.relation_summaries.inputs_sha256 IS
    'What rag.relation_inputs_sha256 gave when it was made; with another, the summary is not used.';
