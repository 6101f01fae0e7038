CREATE OR REPLACE FUNCTION rag.explain_hops(
    workspace text, goals bigint[], chunk_ids bigint[], hops int[], entity_ids bigint[], from_chunk_ids bigint[]
)
RETURNS TABLE (chunk_id bigint, path json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM sqlrag.explain_hops((SELECT rag.workspace_id(workspace)), goals, chunk_ids, hops, entity_ids,
        from_chunk_ids)
$$;
COMMENT ON FUNCTION rag.explain_hops IS
    'The ways to chunks that hops found: a row per chunk of goals, its steps from what the question names, with '
    'quotes. The arrays are of all chunks found: at which hop, by which entity, from which chunk. '
    'Example: SELECT * FROM rag.explain_hops(''default'', ARRAY[2], ARRAY[1, 2], ARRAY[0, 1], ARRAY[7, 8], '
    'ARRAY[NULL, 1]::bigint[])';
