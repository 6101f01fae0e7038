-- Further relations for a context that has fewer than it may: near to a vector, then any.
-- call: SELECT relation_id, score, arms FROM rag.fill_relations($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.fill_relations(
    workspace int, relation_ids bigint[], embedding halfvec, k int DEFAULT 40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (relation_id bigint, score float8, arms jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    WITH rest AS MATERIALIZED (
        -- Without any there is nothing to look for.
        (SELECT r.relation_id, 'rest' AS arm, 0::float8 AS score
        FROM sqlrag.relations AS r
        WHERE filter IS NULL AND r.workspace_id = workspace AND r.relation_id <> ALL (relation_ids)
        ORDER BY r.relation_id LIMIT k)
        UNION ALL
        (SELECT DISTINCT v.relation_id, 'rest', 0::float8
        FROM rag.permitted_documents(workspace, filter) AS p
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.document_id = p.document_id
        JOIN sqlrag.evidence AS v ON v.workspace_id = workspace AND v.chunk_id = c.chunk_id
        WHERE filter IS NOT NULL AND v.relation_id <> ALL (relation_ids)
        ORDER BY v.relation_id LIMIT k)
    ), near AS (
        SELECT n.id, 'relation_vector', n.similarity
        FROM rag.nearest(workspace, 'relation', embedding, k + cardinality(relation_ids), filter) AS n
        WHERE EXISTS (SELECT FROM rest)
    ), found AS (
        SELECT DISTINCT ON (f.relation_id) f.*, array_position('{relation_vector,rest}', f.arm) AS tier
        FROM (SELECT * FROM near UNION ALL SELECT * FROM rest) AS f (relation_id, arm, score)
        WHERE f.relation_id <> ALL (relation_ids)
        ORDER BY f.relation_id, tier
    ), ranked AS (
        SELECT found.*, row_number() OVER (PARTITION BY found.arm ORDER BY found.score DESC, found.relation_id) AS rank FROM found
    )
    -- Below all that was found for the question; the rest says nothing of it, and scores 0.
    SELECT r.relation_id, CASE WHEN r.arm = 'rest' THEN 0 ELSE 1 / (10000 * r.tier + r.rank)::float8 END,
        jsonb_build_array(jsonb_build_object('arm', r.arm, 'rank', r.rank, 'score', r.score))
    FROM ranked AS r
    ORDER BY r.tier, r.rank
    LIMIT k
$$;
COMMENT ON FUNCTION rag.fill_relations IS 'Further relations beside some, for a context that is to have k more. Example: SELECT * FROM rag.fill_relations(1, ARRAY[]::bigint[], NULL, 10)';
