-- The relations of a context, best first, with a running sum of tokens: the strongest of entities, and the near.
CREATE OR REPLACE FUNCTION sqlrag.context_relations(
    workspace int, embedding halfvec, k int, filter jsonb, entity_ids bigint[], near_ids bigint[],
    near_similarities float8[], named_ids bigint[] DEFAULT NULL, names text[] DEFAULT NULL
)
RETURNS TABLE (relation_id bigint, rank bigint, score float8, running_tokens bigint, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH few AS MATERIALIZED (
        SELECT sqlrag.few_chunks(workspace, filter) AS ids
    ), edge AS (
        -- Entities come best first; each brings its strongest relations.
        SELECT DISTINCT ON (r.relation_id) r.relation_id, entity.place, r.weight
        FROM unnest(entity_ids) WITH ORDINALITY AS entity (entity_id, place)
        CROSS JOIN LATERAL sqlrag.relations_of(workspace, entity.entity_id, 30) AS r
        ORDER BY r.relation_id, entity.place
    ), strong AS (
        SELECT edge.relation_id, edge.weight AS score,
            row_number() OVER (ORDER BY edge.place - ln(1 + edge.weight) * 5, edge.relation_id) AS rank
        FROM edge
    ), found AS (
        SELECT relation_id, coalesce(1::float8 / (60 + strong.rank), 0)
            + coalesce(1::float8 / (60 + near.rank), 0) AS score,
            CASE WHEN strong.rank > 0 THEN ARRAY[('entity', strong.rank, strong.score)::sqlrag.arm] END
                || CASE WHEN near.rank > 0 THEN ARRAY[('relation_vector', near.rank, near.score)::sqlrag.arm]
                END AS arms
        FROM strong
        FULL JOIN unnest(near_ids, near_similarities) WITH ORDINALITY AS near (relation_id, score, rank)
            USING (relation_id)
    ), likely AS MATERIALIZED (
        SELECT f.* FROM found AS f
        WHERE filter IS NULL
            OR f.relation_id IN (SELECT v.relation_id FROM sqlrag.evidence AS v WHERE v.workspace_id = workspace
                AND v.chunk_id = ANY (ARRAY(SELECT unnest(few.ids) FROM few)))
            OR (SELECT few.ids FROM few) IS NULL
                AND EXISTS (SELECT FROM sqlrag.permitted_evidence(workspace, f.relation_id, filter))
        ORDER BY f.score DESC, f.relation_id
        LIMIT k
    ), best AS MATERIALIZED (
        SELECT * FROM likely
        UNION ALL
        SELECT more.id, more.score, more.arms
        FROM sqlrag.fill_context(
            workspace, 'relation', ARRAY(SELECT l.relation_id FROM likely AS l), embedding, k, filter) AS more
        WHERE (SELECT count(*) FROM likely) < k
        ORDER BY score DESC, relation_id
        LIMIT k
    ), item AS (
        SELECT row_number() OVER (ORDER BY b.score DESC, b.relation_id) AS rank, b.score, d.*, b.arms,
            (length(d.source) + length(d.target) + length(d.keywords) + length(d.description)) / 4 + 10 AS token_count
        FROM best AS b
        JOIN sqlrag.describe_relations(
            workspace, ARRAY(SELECT b.relation_id FROM best AS b), filter, named_ids, names) AS d USING (relation_id)
    )
    SELECT item.relation_id, item.rank, item.score, sum(item.token_count) OVER (ORDER BY item.rank), to_json(item)
    FROM item
$$;
