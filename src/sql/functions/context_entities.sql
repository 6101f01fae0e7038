-- The entities of a context with what is known of them, best first, and the tokens that they take so far.
-- call: SELECT entity_id, rank, score, running_tokens, item FROM rag.context_entities($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
CREATE OR REPLACE FUNCTION rag.context_entities(
    workspace int, names text, embedding halfvec, by_entities boolean, near_relation_ids bigint[], near_similarities float8[],
    k int DEFAULT 40, hops int DEFAULT 1, filter jsonb DEFAULT NULL, history text DEFAULT NULL
)
RETURNS TABLE (entity_id bigint, rank bigint, score float8, running_tokens bigint, item jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH best AS MATERIALIZED (
        SELECT * FROM rag.rank_entities(
            workspace, names, embedding, by_entities, near_relation_ids, near_similarities, k, hops, filter, history)
    ), described AS MATERIALIZED (
        SELECT * FROM rag.describe_entities(workspace, ARRAY(SELECT b.entity_id FROM best AS b), filter)
    )
    SELECT b.entity_id, row_number() OVER place, b.score, sum(size.token_count) OVER place, jsonb_build_object(
        'entity_id', b.entity_id, 'name', d.name, 'type', d.type, 'description', d.description, 'chunk_count', d.chunk_count,
        'depth', b.depth, 'via_relation_id', b.via_relation_id, 'from_entity_id', b.from_entity_id,
        'token_count', size.token_count, 'arms', b.arms)
    FROM best AS b
    JOIN described AS d USING (entity_id)
    -- Four characters are a token, about; descriptions are put together on reading and have no count.
    CROSS JOIN LATERAL (SELECT (length(d.name) + length(d.description)) / 4 + 8 AS token_count) AS size
    WINDOW place AS (ORDER BY b.score DESC, b.entity_id)
$$;
COMMENT ON FUNCTION rag.context_entities IS 'The entities of a context with what is known of them. Example: SELECT rank, item FROM rag.context_entities(1, ''Who founded Viaweb?'', NULL, true, NULL, NULL)';
