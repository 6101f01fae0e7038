-- The chunks of a context, best first and within a budget of tokens.
CREATE OR REPLACE FUNCTION sqlrag.context_chunks(
    workspace int, words text, embedding halfvec, entity_ids bigint[], relation_ids bigint[], by_chunks boolean, k int
    DEFAULT 20, max_tokens int DEFAULT 30000, filter jsonb DEFAULT NULL
)
RETURNS TABLE (rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH best AS (
        SELECT b.*, row_number() OVER (ORDER BY b.score DESC, b.chunk_id)::int AS rank
        FROM sqlrag.rank_chunks(workspace, words, embedding, entity_ids, relation_ids, by_chunks, k, filter) AS b
    ), fitting AS (
        SELECT i AS item, i.rank, i.score, sum(i.token_count) OVER (ORDER BY i.rank) AS running_tokens
        FROM best AS b CROSS JOIN LATERAL sqlrag.chunk_item(workspace, b.chunk_id, b.rank, b.score, b.arms) AS i
    )
    SELECT f.rank, f.score, to_json(f.item) FROM fitting AS f WHERE f.running_tokens <= max_tokens OR f.rank = 1
$$;
