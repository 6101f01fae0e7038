-- How near the chunks of a workspace are to a vector on the whole: mean and deviation of the similarity, from a sample.
CREATE OR REPLACE FUNCTION sqlrag.similarity_spread(workspace int, query halfvec, OUT mean float8, OUT deviation float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    -- Eight in a row at eight places: as many pages are read, however many chunks there are.
    SELECT avg(sampled.similarity), stddev_pop(sampled.similarity) INTO mean, deviation
    FROM (
        SELECT DISTINCT near.chunk_id, sqlrag.similarity(space.metric, near.embedding, query) AS similarity
        FROM sqlrag.workspaces AS w JOIN sqlrag.embedding_spaces AS space USING (space_id)
        CROSS JOIN LATERAL (
            SELECT min(e.chunk_id) AS first, max(e.chunk_id) AS last
            FROM sqlrag.chunk_embeddings AS e WHERE e.workspace_id = workspace AND e.space_id = space.space_id
        ) AS held
        CROSS JOIN generate_series(0, 7) AS place
        CROSS JOIN LATERAL (
            SELECT e.chunk_id, e.embedding FROM sqlrag.chunk_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = space.space_id
                AND e.chunk_id >= held.first + (held.last - held.first) * place / 8
            ORDER BY e.chunk_id LIMIT 8
        ) AS near
        WHERE w.workspace_id = workspace AND query IS NOT NULL
    ) AS sampled;
END;
$$;
