-- The entities of a context with what is known of them, best first, and the tokens that they take so far.
CREATE OR REPLACE FUNCTION sqlrag.context_entities(
    workspace int, names text, embedding halfvec, by_entities boolean, near_relation_ids bigint[], near_similarities
    float8[], k int DEFAULT 40, hops int DEFAULT 1, filter jsonb DEFAULT NULL, history text DEFAULT NULL
)
RETURNS TABLE (entity_id bigint, rank bigint, score float8, running_tokens bigint, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH best AS MATERIALIZED (
        SELECT * FROM sqlrag.rank_entities(
            workspace, names, embedding, by_entities, near_relation_ids, near_similarities, k, hops, filter, history)
    ), described AS MATERIALIZED (
        SELECT * FROM sqlrag.describe_entities(workspace, ARRAY(SELECT b.entity_id FROM best AS b), filter)
    ), item AS (
        SELECT row_number() OVER (ORDER BY b.score DESC, b.entity_id) AS rank, b.score, b.entity_id, d.name, d.type,
            d.description,
            d.chunk_count, b.depth, b.via_relation_id, b.from_entity_id, b.arms,
            -- Four characters are a token, about; descriptions are put together on reading and have no count.
            (length(d.name) + length(d.description)) / 4 + 8 AS token_count
        FROM best AS b JOIN described AS d USING (entity_id)
    )
    SELECT item.entity_id, item.rank, item.score, sum(item.token_count) OVER (ORDER BY item.rank), to_json(item)
    FROM item
$$;
