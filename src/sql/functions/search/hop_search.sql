-- The chunks that answer best over hops from what the question names, each with its path, and a row on how they were
-- found.
CREATE OR REPLACE FUNCTION sqlrag.hop_search(
    workspace int, request sqlrag.search_request, limits sqlrag.search_limits, filter jsonb, least_openness float8
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH scored AS MATERIALIZED (
        SELECT * FROM sqlrag.multihop_scores(
            workspace, request, greatest(limits.chunk_top_k, 100), filter, coalesce(limits.hops, 2), least_openness)
    ), best AS MATERIALIZED (
        SELECT s.*, c.rank, c.copies
        FROM sqlrag.collapse_copies(workspace,
            ARRAY(SELECT s.chunk_id FROM scored AS s ORDER BY s.score DESC, s.chunk_id), limits.chunk_top_k) AS c
        JOIN scored AS s USING (chunk_id)
    ), fitting AS MATERIALIZED (
        SELECT i AS item, i.rank, i.score, i.chunk_id, sum(i.token_count) OVER (ORDER BY i.rank) AS running_tokens
        FROM best AS b
        CROSS JOIN LATERAL sqlrag.chunk_item(workspace, b.chunk_id, b.rank, b.score,
            array_remove(ARRAY[b.by_words, b.by_hops, b.by_meaning], NULL), b.copies) AS i
    ), kept AS MATERIALIZED (
        SELECT * FROM fitting AS f WHERE f.running_tokens <= limits.max_total_tokens OR f.rank = 1
    ), explained AS MATERIALIZED (
        SELECT e.*
        FROM (
            SELECT array_agg(s.chunk_id) AS chunk_ids, array_agg(s.hop) AS hops,
                array_agg(s.entity_id) AS entity_ids, array_agg(s.from_chunk_id) AS from_chunk_ids
            FROM scored AS s WHERE s.hop IS NOT NULL
        ) AS found
        CROSS JOIN LATERAL sqlrag.explain_hops(workspace, ARRAY(SELECT kept.chunk_id FROM kept),
            found.chunk_ids, found.hops, found.entity_ids, found.from_chunk_ids) AS e
    ), start AS (
        SELECT string_agg(DISTINCT m.name, ', ') AS names
        FROM scored AS s
        JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.entity_id = s.entity_id
            AND m.chunk_id = s.chunk_id
        WHERE s.hop = 0
    ), told AS (
        SELECT max(s.hop) AS hops, coalesce(max(s.rows_read), 0) AS rows_read, min(s.openness) AS openness,
            bool_and(s.is_sure) AS is_sure
        FROM scored AS s
    ), item AS (
        SELECT (k.item).*, coalesce(e.path, '[]') AS path
        FROM kept AS k LEFT JOIN explained AS e USING (chunk_id)
    )
    SELECT 'mode', 1, 0::float8, json_build_object(
        'mode', CASE WHEN told.hops IS NULL THEN 'naive' ELSE 'multihop' END, 'rows_read', told.rows_read,
        'reason', CASE
            WHEN told.hops IS NOT NULL AND start.names IS NULL
                THEN 'Hops start from the best passages; none is about what the question names.'
            WHEN told.hops IS NOT NULL THEN 'The question names ' || start.names || '.'
            WHEN told.openness < least_openness THEN 'The best passage answers all that the question asks.'
            WHEN NOT told.is_sure THEN 'No passage to start from is named after what few are about.'
            ELSE 'The question names nothing in the graph from which a hop leads on.' END)
    FROM told CROSS JOIN start
    UNION ALL
    SELECT 'chunk', item.rank, item.score, to_json(item) FROM item
    ORDER BY 1, 2;
END;
$$;
