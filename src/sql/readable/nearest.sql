-- What is nearest to a vector of all that one may read, as sqlrag.nearest: compared with every one. What an index finds
-- depends on all that is in it.
CREATE FUNCTION sqlrag_readable.nearest(
    workspace int, kind text, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL
)
RETURNS TABLE (id bigint, similarity float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    space int;
    metric text;
BEGIN
    SELECT s.space_id, s.metric INTO space, metric FROM sqlrag.vector_space(workspace, kind) AS s;
    IF kind <> 'chunk' OR nullif(filter, 'null') IS NOT NULL THEN
        RETURN QUERY SELECT * FROM sqlrag_readable.nearest_exact(
            workspace, kind, query, k, nullif(filter, 'null'), space, metric,
            sqlrag_readable.few_chunks(workspace, filter));
    ELSIF query IS NOT NULL THEN
        RETURN QUERY
            SELECT e.chunk_id, sqlrag.similarity(metric, e.embedding, query) AS similarity
            FROM sqlrag.chunk_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = space
                AND e.audience_id = ANY ((SELECT sqlrag_readable.numbers(workspace))::int[])
            ORDER BY similarity DESC, e.chunk_id LIMIT k;
    END IF;
END;
$$;
