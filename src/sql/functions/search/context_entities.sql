-- The entities of a context, best first, with a running sum of tokens: seeds, what they lead to, ends of relations.
CREATE OR REPLACE FUNCTION sqlrag.context_entities(
    workspace int, request sqlrag.search_request, limits sqlrag.search_limits, filter jsonb, by_entities boolean,
    near_relation_ids bigint[], near_similarities float8[]
)
RETURNS TABLE (entity_id bigint, name text, rank bigint, score float8, running_tokens bigint, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH few AS MATERIALIZED (
        SELECT sqlrag.few_chunks(workspace, filter) AS ids
    ), seed AS MATERIALIZED (
        SELECT s.entity_id, s.score, s.arms
        FROM sqlrag.seed_entities(workspace, request, limits.top_k, filter) AS s WHERE by_entities
    ), walked AS (
        -- The first hop leads to the relations of the seeds, which the context has anyway.
        SELECT w.entity_id, w.depth, w.score, w.via_relation_id, w.from_entity_id,
            row_number() OVER (ORDER BY w.score DESC, w.entity_id) AS rank
        FROM sqlrag.walk_graph(workspace, ARRAY(SELECT s.entity_id FROM seed AS s ORDER BY s.score DESC),
            limits.hops - 1, 100, 30, filter) AS w
        WHERE limits.hops > 1 AND w.depth > 0
    ), ending AS (
        SELECT entry.entity_id, min(array_position(near_relation_ids, r.relation_id)) AS rank,
            max(near_similarities[array_position(near_relation_ids, r.relation_id)]) AS score
        FROM sqlrag.relations AS r
        CROSS JOIN LATERAL (VALUES (r.source_id), (r.target_id)) AS entry (entity_id)
        WHERE r.workspace_id = workspace AND r.relation_id = ANY (near_relation_ids)
        GROUP BY entry.entity_id
    ), found AS (
        SELECT entity_id,
            coalesce(s.score, 0) + coalesce(1::float8 / (60 + w.rank), 0)
                + coalesce(1::float8 / (60 + e.rank), 0) AS score,
            CASE WHEN s.entity_id IS NULL AND e.entity_id IS NULL THEN w.depth
                ELSE 0 END AS depth, w.via_relation_id, w.from_entity_id,
            s.arms || CASE WHEN w.rank > 0 THEN ARRAY[('walk', w.rank, w.score)::sqlrag.arm] END
                || CASE WHEN e.rank > 0 THEN ARRAY[('relation_vector', e.rank, e.score)::sqlrag.arm] END AS arms
        FROM seed AS s FULL JOIN walked AS w USING (entity_id) FULL JOIN ending AS e USING (entity_id)
    ), likely AS MATERIALIZED (
        SELECT f.* FROM found AS f
        WHERE filter IS NULL
            OR f.entity_id IN (SELECT m.entity_id FROM sqlrag.mentions AS m WHERE m.workspace_id = workspace
                AND m.chunk_id = ANY (ARRAY(SELECT unnest(few.ids) FROM few)))
            OR (SELECT few.ids FROM few) IS NULL
                AND EXISTS (SELECT FROM sqlrag.permitted_mentions(workspace, f.entity_id, filter))
        ORDER BY f.score DESC, f.entity_id
        LIMIT limits.top_k
    ), best AS MATERIALIZED (
        SELECT * FROM likely
        UNION ALL
        SELECT more.*
        FROM sqlrag.fill_context(workspace, 'entity', ARRAY(SELECT l.entity_id FROM likely AS l),
            coalesce(request.entity_embedding, request.embedding), limits.top_k, filter) AS more
        WHERE (SELECT count(*) FROM likely) < limits.top_k
        ORDER BY score DESC, entity_id
        LIMIT limits.top_k
    ), item AS (
        SELECT row_number() OVER (ORDER BY b.score DESC, b.entity_id) AS rank, b.score, b.entity_id, d.name, d.type,
            d.description, d.chunk_count, b.depth, b.via_relation_id, b.from_entity_id, b.arms,
            -- Four characters are a token, about; descriptions are put together on reading and have no count.
            (length(d.name) + length(d.description)) / 4 + 8 AS token_count
        FROM best AS b
        JOIN sqlrag.describe_entities(workspace, ARRAY(SELECT b.entity_id FROM best AS b), filter) AS d
            USING (entity_id)
    )
    SELECT item.entity_id, item.name, item.rank, item.score, sum(item.token_count) OVER (ORDER BY item.rank),
        to_json(item)
    FROM item
$$;
