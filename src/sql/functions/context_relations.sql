-- The relations of a context with what is known of them, best first, and the tokens that they take so far.
-- call: SELECT relation_id, rank, score, running_tokens, item FROM rag.context_relations($1, $2, $3, $4, $5, $6, $7)
CREATE OR REPLACE FUNCTION rag.context_relations(
    workspace int, embedding halfvec, entity_ids bigint[], near_ids bigint[], near_similarities float8[],
    k int DEFAULT 40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (relation_id bigint, rank bigint, score float8, running_tokens bigint, item jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH best AS MATERIALIZED (
        SELECT * FROM rag.rank_relations(workspace, embedding, entity_ids, near_ids, near_similarities, k, filter)
    ), described AS MATERIALIZED (
        SELECT * FROM rag.describe_relations(workspace, ARRAY(SELECT b.relation_id FROM best AS b), filter)
    )
    SELECT b.relation_id, row_number() OVER place, b.score, sum(size.token_count) OVER place, jsonb_build_object(
        'relation_id', b.relation_id, 'source_id', d.source_id, 'target_id', d.target_id,
        'source', CASE WHEN d.is_reversed THEN d.target ELSE d.source END,
        'target', CASE WHEN d.is_reversed THEN d.source ELSE d.target END,
        'keywords', d.keywords, 'description', d.description, 'weight', d.weight, 'chunk_count', d.chunk_count,
        'token_count', size.token_count, 'arms', b.arms)
    FROM best AS b
    JOIN described AS d USING (relation_id)
    CROSS JOIN LATERAL (
        SELECT (length(d.source) + length(d.target) + length(d.keywords) + length(d.description)) / 4 + 10 AS token_count
    ) AS size
    WINDOW place AS (ORDER BY b.score DESC, b.relation_id)
$$;
COMMENT ON FUNCTION rag.context_relations IS 'The relations of a context with what is known of them. Example: SELECT rank, item FROM rag.context_relations(1, NULL, ARRAY[1, 2], NULL, NULL)';
