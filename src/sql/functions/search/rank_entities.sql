-- The entities of a context: the seeds, what is reached from them, and the ends of near relations.
CREATE OR REPLACE FUNCTION sqlrag.rank_entities(
    workspace int, names text, embedding halfvec, by_entities boolean, near_relation_ids bigint[], near_similarities
    float8[], k int DEFAULT 40, hops int DEFAULT 1, filter jsonb DEFAULT NULL, history text DEFAULT NULL
)
RETURNS TABLE (
    entity_id bigint, score float8, depth int, via_relation_id bigint, from_entity_id bigint, arms sqlrag.arm[]
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH seed AS MATERIALIZED (
        SELECT s.entity_id, s.score, s.arms
        FROM sqlrag.seed_entities(workspace, names, embedding, k, filter, history) AS s WHERE by_entities
    ), walked AS (
        -- The first hop leads to the relations of the seeds, which the context has anyway.
        SELECT w.entity_id, w.depth, w.score, w.via_relation_id, w.from_entity_id,
            row_number() OVER (ORDER BY w.score DESC, w.entity_id) AS rank
        FROM sqlrag.walk_graph(
            workspace, ARRAY(SELECT s.entity_id FROM seed AS s ORDER BY s.score DESC), hops - 1, 100, 30, filter) AS w
        WHERE hops > 1 AND w.depth > 0
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
    ), best AS MATERIALIZED (
        SELECT f.* FROM found AS f
        WHERE filter IS NULL OR EXISTS (
            SELECT FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
            WHERE m.workspace_id = workspace AND m.entity_id = f.entity_id
                AND c.document_id IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p)
        )
        ORDER BY f.score DESC, f.entity_id
        LIMIT k
    )
    SELECT * FROM best
    UNION ALL
    SELECT more.*
    FROM sqlrag.fill_context(
        workspace, 'entity', ARRAY(SELECT b.entity_id FROM best AS b), embedding, k, filter) AS more
    WHERE (SELECT count(*) FROM best) < k
    ORDER BY score DESC, entity_id
    LIMIT k
$$;
