-- How near the chunks of a workspace are to a vector on the whole: mean and deviation of the similarity, from a sample.
CREATE OR REPLACE FUNCTION sqlrag.similarity_spread(workspace int, query halfvec, OUT mean float8, OUT deviation float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    space int;
    metric text;
    first bigint;
    last bigint;
BEGIN
    SELECT s.space_id, s.metric INTO space, metric FROM sqlrag.vector_space(workspace, 'chunk') AS s;
    IF query IS NULL OR space IS NULL THEN
        RETURN;
    END IF;
    SELECT min(e.chunk_id), max(e.chunk_id) INTO first, last
    FROM sqlrag.chunk_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id = space;
    -- Eight in a row at eight places: as many pages are read, however many chunks there are.
    SELECT avg(sampled.similarity), stddev_pop(sampled.similarity) INTO mean, deviation
    FROM (
        SELECT DISTINCT near.chunk_id, sqlrag.similarity(metric, near.embedding, query) AS similarity
        FROM generate_series(0, 7) AS place
        CROSS JOIN LATERAL (
            SELECT e.chunk_id, e.embedding FROM sqlrag.chunk_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = space
                AND e.chunk_id >= first + (last - first) * place / 8
            ORDER BY e.chunk_id LIMIT 8
        ) AS near
    ) AS sampled;
END;
$$;
