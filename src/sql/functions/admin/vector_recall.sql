-- How much of what exact search finds the routed search finds, asked with stored vectors, and how long each takes;
-- place NULL draws the vectors anew each time.
-- role: reader
-- example: SELECT * FROM rag.vector_recall('default')
CREATE OR REPLACE FUNCTION sqlrag.vector_recall(
    workspace int, kind text DEFAULT 'chunk', sample_count int DEFAULT 20, k int DEFAULT 10, filter jsonb DEFAULT NULL,
    place float8 DEFAULT 0.5
)
RETURNS TABLE (samples int, indexed boolean, recall float8, routed_ms float8, exact_ms float8)
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED ROWS 1 AS $$
DECLARE
    space int := (SELECT w.space_id FROM sqlrag.workspaces AS w WHERE w.workspace_id = workspace);
    sample record;
    started timestamptz;
    routed_at timestamptz;
    routed float8[];
    exact float8[];
    wanted int := 0;
BEGIN
    SELECT 0, 0, 0, 0 INTO samples, recall, routed_ms, exact_ms;
    -- One stored vector from each of so many stretches of ids; the others of its result are judged.
    FOR sample IN EXECUTE format(
        'SELECT e.* FROM (
            SELECT min(%1$I) AS first, max(%1$I) AS last FROM sqlrag.%2$I WHERE workspace_id = $1 AND space_id = $2
        ) AS range
        CROSS JOIN generate_series(0, $3 - 1) AS stretch
        CROSS JOIN LATERAL (
            SELECT %1$I AS id, embedding FROM sqlrag.%2$I
            WHERE workspace_id = $1 AND space_id = $2
                AND %1$I >= first + ((last - first) * (stretch + coalesce($4, random())) / $3)::bigint
            ORDER BY %1$I LIMIT 1
        ) AS e',
        kind || '_id', kind || '_embeddings') USING workspace, space, sample_count, place
    LOOP
        started := clock_timestamp();
        routed := ARRAY(
            SELECT n.similarity FROM sqlrag.nearest(workspace, kind, sample.embedding, k + 1, filter) AS n
            WHERE n.id <> sample.id ORDER BY n.similarity DESC LIMIT k);
        routed_at := clock_timestamp();
        exact := ARRAY(
            SELECT n.similarity FROM sqlrag.nearest_exact(workspace, kind, sample.embedding, k + 1, filter) AS n
            WHERE n.id <> sample.id ORDER BY n.similarity DESC LIMIT k);
        routed_ms := routed_ms + 1000 * extract(epoch FROM routed_at - started);
        exact_ms := exact_ms + 1000 * extract(epoch FROM clock_timestamp() - routed_at);
        samples := samples + 1;
        wanted := wanted + cardinality(exact);
        -- Of equals, either will do; the index computes in another order, so to six digits.
        recall := recall + (SELECT count(*) FROM unnest(routed) AS near WHERE near >= exact[cardinality(exact)] - 1e-6);
    END LOOP;
    RETURN QUERY SELECT samples,
        to_regclass(format('sqlrag.%s_embeddings_hnsw_w%s_s%s', kind, workspace, space)) IS NOT NULL,
        recall / nullif(wanted, 0), routed_ms / nullif(samples, 0), exact_ms / nullif(samples, 0);
END;
$$;
