-- The chunks that answer best over hops from what the question names, each with its path, and a row on how they were found.
-- call: SELECT kind, rank, score, item FROM rag.multihop_search($1, $2, $3, $4, $5, $6, $7)
CREATE OR REPLACE FUNCTION rag.multihop_search(
    workspace int, words text, embedding halfvec, k int DEFAULT 20, max_tokens int DEFAULT 30000, filter jsonb DEFAULT NULL,
    hops int DEFAULT 2, least_openness float8 DEFAULT 0
)
RETURNS TABLE (kind text, rank int, score float8, item json)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH scored AS MATERIALIZED (
        SELECT * FROM rag.multihop_scores(workspace, words, embedding, greatest(k, 100), filter, hops, least_openness)
    ), best AS MATERIALIZED (
        SELECT s.*, row_number() OVER (ORDER BY s.score DESC, s.chunk_id)::int AS rank FROM scored AS s ORDER BY rank LIMIT k
    ), fitting AS MATERIALIZED (
        SELECT best.rank, best.score, best.bm25_rank, best.bm25_score, best.vector_rank, best.vector_score, best.hop_rank, best.hop_score, c.*, sum(c.token_count) OVER (ORDER BY best.rank) AS running_tokens
        FROM best JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.chunk_id = best.chunk_id
    ), kept AS MATERIALIZED (
        SELECT * FROM fitting AS f WHERE f.running_tokens <= max_tokens OR f.rank = 1
    ), explained AS MATERIALIZED (
        SELECT e.* FROM (
            SELECT array_agg(s.chunk_id) AS chunk_ids, array_agg(s.hop) AS hops, array_agg(s.entity_id) AS entity_ids, array_agg(s.from_chunk_id) AS from_chunk_ids
            FROM scored AS s WHERE s.hop IS NOT NULL
        ) AS found
        CROSS JOIN LATERAL rag.explain_hops(workspace, ARRAY(SELECT kept.chunk_id FROM kept), found.chunk_ids, found.hops, found.entity_ids, found.from_chunk_ids) AS e
    ), start AS (
        SELECT string_agg(DISTINCT m.name, ', ') AS names
        FROM scored AS s
        JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.entity_id = s.entity_id AND m.chunk_id = s.chunk_id
        WHERE s.hop = 0
    ), told AS (
        SELECT max(s.hop) AS hops, coalesce(max(s.rows_read), 0) AS rows_read, min(s.openness) AS openness FROM scored AS s
    ), item AS (
        SELECT k.rank, k.score, k.chunk_id, k.document_id, d.source_key, d.title, k.content, k.token_count, k.ordinal, k.char_start, k.char_end,
            k.page, k.page + cardinality(k.page_breaks) AS page_end, k.page_breaks, k.headings, d.metadata, d.created_at,
            rag.list_arms(k.bm25_rank, k.bm25_score, k.vector_rank, k.vector_score, k.hop_rank, k.hop_score) AS arms,
            coalesce(e.path, '[]') AS path
        FROM kept AS k
        CROSS JOIN LATERAL (
            SELECT held.source_key, held.title, held.metadata, held.created_at FROM sqlrag.documents AS held
            WHERE held.workspace_id = workspace AND held.document_id = k.document_id LIMIT 1
        ) AS d
        LEFT JOIN explained AS e ON e.chunk_id = k.chunk_id
    )
    SELECT 'mode', 1, 0::float8, json_build_object(
        'mode', CASE WHEN told.hops IS NULL THEN 'naive' ELSE 'multihop' END, 'rows_read', told.rows_read,
        'reason', CASE
            WHEN told.hops IS NOT NULL AND start.names IS NULL THEN 'Hops start from the best passages; none is about what the question names.'
            WHEN told.hops IS NOT NULL THEN 'The question names ' || start.names || '.'
            WHEN told.openness < least_openness THEN 'The best passage answers all that the question asks.'
            ELSE 'The question names nothing in the graph from which a hop leads on.' END)
    FROM told CROSS JOIN start
    UNION ALL
    SELECT 'chunk', item.rank, item.score, to_json(item) FROM item
    ORDER BY 1, 2;
END;
$$;
COMMENT ON FUNCTION rag.multihop_search IS 'Chunks over hops from what the question names, with paths. Example: SELECT rank, item ->> ''title'', item -> ''path'' FROM rag.multihop_search(1, ''Who founded Viaweb?'', NULL) WHERE kind = ''chunk''';
