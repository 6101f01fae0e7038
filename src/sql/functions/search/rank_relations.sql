-- The relations of a context: the strongest of some entities, and those that are near to a vector already.
CREATE OR REPLACE FUNCTION sqlrag.rank_relations(
    workspace int, embedding halfvec, entity_ids bigint[], near_ids bigint[], near_similarities float8[], k int DEFAULT
    40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (relation_id bigint, score float8, arms sqlrag.arm[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH edge AS (
        -- Entities come best first; each brings its strongest relations.
        SELECT DISTINCT ON (strongest.relation_id) strongest.relation_id, entity.place, strongest.weight
        FROM unnest(entity_ids) WITH ORDINALITY AS entity (entity_id, place)
        CROSS JOIN LATERAL (
            (SELECT r.relation_id, r.weight FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.source_id = entity.entity_id ORDER BY r.weight DESC LIMIT 30)
            UNION ALL
            (SELECT r.relation_id, r.weight FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.target_id = entity.entity_id ORDER BY r.weight DESC LIMIT 30)
        ) AS strongest
        ORDER BY strongest.relation_id, entity.place
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
    ), best AS MATERIALIZED (
        SELECT f.* FROM found AS f
        WHERE filter IS NULL OR EXISTS (
            SELECT FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
            WHERE v.workspace_id = workspace AND v.relation_id = f.relation_id
                AND c.document_id IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p)
        )
        ORDER BY f.score DESC, f.relation_id
        LIMIT k
    )
    SELECT * FROM best
    UNION ALL
    SELECT more.id, more.score, more.arms
    FROM sqlrag.fill_context(
        workspace, 'relation', ARRAY(SELECT b.relation_id FROM best AS b), embedding, k, filter) AS more
    WHERE (SELECT count(*) FROM best) < k
    ORDER BY score DESC, relation_id
    LIMIT k
$$;
