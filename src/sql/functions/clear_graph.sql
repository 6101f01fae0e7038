-- Before the graph of some chunks is written anew: what was found in them goes.
-- call: SELECT rag.clear_graph($1, $2)
CREATE OR REPLACE FUNCTION rag.clear_graph(workspace int, chunks bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sqlrag.evidence AS e WHERE e.workspace_id = workspace AND e.chunk_id = ANY (chunks);
    DELETE FROM sqlrag.rejects AS r WHERE r.workspace_id = workspace AND r.chunk_id = ANY (chunks);
    DELETE FROM sqlrag.mentions AS m WHERE m.workspace_id = workspace AND m.chunk_id = ANY (chunks);
END;
$$;
COMMENT ON FUNCTION rag.clear_graph IS 'Forget what was found in some chunks. Example: SELECT rag.clear_graph(1, ARRAY[1, 2])';
