-- How near the chunks that one may read are to a vector on the whole, as sqlrag.similarity_spread. Of few, all are
-- compared: in order of their numbers, all that one may not read would be passed over.
CREATE FUNCTION sqlrag_readable.similarity_spread(
    workspace int, query halfvec, OUT mean float8, OUT deviation float8
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    few CONSTANT int := 2000;
    readable bigint := (
        SELECT sum(t.chunks) FROM sqlrag_readable.workspace_totals AS t WHERE t.workspace_id = workspace
    );
BEGIN
    IF query IS NULL THEN
        RETURN;
    ELSIF readable <= few THEN
        SELECT avg(near.similarity), stddev_pop(near.similarity) INTO mean, deviation
        FROM (
            -- In an order: sums of floats depend on theirs.
            SELECT sqlrag.similarity(space.metric, e.embedding, query) AS similarity
            FROM sqlrag.workspaces AS w JOIN sqlrag.embedding_spaces AS space USING (space_id)
            JOIN sqlrag.chunk_embeddings AS e
                ON e.workspace_id = w.workspace_id AND e.space_id = w.space_id
                AND e.audience_id = ANY ((SELECT sqlrag_readable.numbers(workspace))::int[])
            WHERE w.workspace_id = workspace
            ORDER BY e.chunk_id
        ) AS near;
        RETURN;
    END IF;
    SELECT avg(sampled.similarity), stddev_pop(sampled.similarity) INTO mean, deviation
    FROM (
        SELECT DISTINCT near.chunk_id, sqlrag.similarity(space.metric, near.embedding, query) AS similarity
        FROM sqlrag.workspaces AS w JOIN sqlrag.embedding_spaces AS space USING (space_id)
        CROSS JOIN LATERAL (
            SELECT min(e.chunk_id) AS first, max(e.chunk_id) AS last
            FROM sqlrag_readable.chunk_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = space.space_id
        ) AS held
        CROSS JOIN generate_series(0, 7) AS place
        CROSS JOIN LATERAL (
            SELECT e.chunk_id, e.embedding FROM sqlrag_readable.chunk_embeddings AS e
            WHERE e.workspace_id = workspace AND e.space_id = space.space_id
                AND e.chunk_id >= held.first + (held.last - held.first) * place / 8
            ORDER BY e.chunk_id LIMIT 8
        ) AS near
        WHERE w.workspace_id = workspace
    ) AS sampled;
END;
$$;
