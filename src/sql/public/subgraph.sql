CREATE OR REPLACE FUNCTION rag.subgraph(workspace text, entity text, depth int DEFAULT 1, max_nodes int DEFAULT 50)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sqlrag.subgraph((SELECT rag.workspace_id(workspace)), entity, depth, max_nodes)
$$;
COMMENT ON FUNCTION rag.subgraph IS
    'The entities around an entity and what relates them, as JSON. '
    'Example: SELECT jsonb_pretty(rag.subgraph(''default'', ''Paul Graham'', 2))';
