-- Who may read a document, each set of principals once: what is said for an audience is said for all its documents.
CREATE TABLE sqlrag.audiences (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    audience_id int NOT NULL,
    principals text[] NOT NULL,
    PRIMARY KEY (workspace_id, audience_id),
    CONSTRAINT audience_is_unique_in_its_workspace UNIQUE (workspace_id, principals),
    CONSTRAINT audience_is_not_everybody CHECK (audience_id > 0 AND cardinality(principals) > 0),
    CONSTRAINT principals_have_names CHECK (array_position(principals, NULL) IS NULL AND '' <> ALL (principals))
);
COMMENT ON TABLE sqlrag.audiences IS 'Sets of principals that documents are for, each of whom may read them.';
COMMENT ON COLUMN sqlrag.audiences.audience_id IS
    'From 1, counted in the workspace; 0, of which there is no row, is everybody who may read the workspace.';
COMMENT ON COLUMN sqlrag.audiences.principals IS 'Sorted, each once.';
