CREATE TABLE sqlrag.entity_embeddings (
    workspace_id int NOT NULL,
    entity_id bigint NOT NULL,
    space_id int NOT NULL REFERENCES sqlrag.embedding_spaces (space_id),
    embedding halfvec STORAGE PLAIN NOT NULL,
    PRIMARY KEY (workspace_id, space_id, entity_id),
    FOREIGN KEY (workspace_id, entity_id)
        REFERENCES sqlrag.entities (workspace_id, entity_id) ON DELETE CASCADE
);
CREATE INDEX entity_embeddings_by_entity ON sqlrag.entity_embeddings (workspace_id, entity_id);
COMMENT ON TABLE sqlrag.entity_embeddings IS 'The vectors of entities: of the name and the first description.';

CREATE TABLE sqlrag.relation_embeddings (
    workspace_id int NOT NULL,
    relation_id bigint NOT NULL,
    space_id int NOT NULL REFERENCES sqlrag.embedding_spaces (space_id),
    embedding halfvec STORAGE PLAIN NOT NULL,
    PRIMARY KEY (workspace_id, space_id, relation_id),
    FOREIGN KEY (workspace_id, relation_id)
        REFERENCES sqlrag.relations (workspace_id, relation_id) ON DELETE CASCADE
);
CREATE INDEX relation_embeddings_by_relation ON sqlrag.relation_embeddings (workspace_id, relation_id);
COMMENT ON TABLE sqlrag.relation_embeddings IS
    'The vectors of relations: of both names, the keywords and the first description.';
