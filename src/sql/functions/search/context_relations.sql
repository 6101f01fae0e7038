-- The relations of a context with what is known of them, best first, and the tokens that they take so far.
CREATE OR REPLACE FUNCTION sqlrag.context_relations(
    workspace int, embedding halfvec, entity_ids bigint[], near_ids bigint[], near_similarities float8[], k int DEFAULT
    40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (relation_id bigint, rank bigint, score float8, running_tokens bigint, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH best AS MATERIALIZED (
        SELECT * FROM sqlrag.rank_relations(workspace, embedding, entity_ids, near_ids, near_similarities, k, filter)
    ), described AS MATERIALIZED (
        SELECT * FROM sqlrag.describe_relations(workspace, ARRAY(SELECT b.relation_id FROM best AS b), filter)
    ), item AS (
        SELECT row_number() OVER (ORDER BY b.score DESC, b.relation_id) AS rank, b.score, b.relation_id, d.source_id,
            d.target_id,
            CASE WHEN d.is_reversed THEN d.target ELSE d.source END AS source,
            CASE WHEN d.is_reversed THEN d.source ELSE d.target END AS target,
            d.keywords, d.description, d.weight, d.chunk_count, b.arms,
            (length(d.source) + length(d.target) + length(d.keywords) + length(d.description)) / 4 + 10 AS token_count
        FROM best AS b JOIN described AS d USING (relation_id)
    )
    SELECT item.relation_id, item.rank, item.score, sum(item.token_count) OVER (ORDER BY item.rank), to_json(item)
    FROM item
$$;
