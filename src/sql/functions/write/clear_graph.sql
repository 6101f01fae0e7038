-- Before the graph of some chunks is written anew: what was found in them goes.
CREATE OR REPLACE FUNCTION sqlrag.clear_graph(workspace int, chunks bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sqlrag.evidence AS e WHERE e.workspace_id = workspace AND e.chunk_id = ANY (chunks);
    DELETE FROM sqlrag.rejects AS r WHERE r.workspace_id = workspace AND r.chunk_id = ANY (chunks);
    DELETE FROM sqlrag.mentions AS m WHERE m.workspace_id = workspace AND m.chunk_id = ANY (chunks);
END;
$$;
