-- Does what autovacuum would before long. Until then plans guess, take a workspace for one of hundreds, and are kept.
-- call: SELECT sqlrag.analyse_tables()
CREATE OR REPLACE FUNCTION sqlrag.analyse_tables() RETURNS void
LANGUAGE sql AS $$
    ANALYZE sqlrag.workspaces, sqlrag.documents, sqlrag.chunks, sqlrag.chunk_terms, sqlrag.chunk_embeddings,
        sqlrag.entities, sqlrag.entity_aliases, sqlrag.entity_embeddings, sqlrag.mentions,
        sqlrag.relations, sqlrag.relation_embeddings, sqlrag.evidence, sqlrag.model_calls
$$;
