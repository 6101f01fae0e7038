-- Further relations for a context that has fewer than it may: near to a vector, then any.
CREATE OR REPLACE FUNCTION sqlrag.fill_relations(
    workspace int, relation_ids bigint[], embedding halfvec, k int DEFAULT 40, filter jsonb DEFAULT NULL
)
RETURNS TABLE (relation_id bigint, score float8, arms sqlrag.arm[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
DECLARE
    others bigint[];
BEGIN
    IF filter IS NULL THEN
        others := ARRAY(
            SELECT r.relation_id FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.relation_id <> ALL (relation_ids)
            ORDER BY r.relation_id LIMIT k);
    ELSE
        others := ARRAY(
            SELECT DISTINCT v.relation_id
            FROM sqlrag.permitted_documents(workspace, filter) AS p
            JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.document_id = p.document_id
            JOIN sqlrag.evidence AS v ON v.workspace_id = workspace AND v.chunk_id = c.chunk_id
            WHERE v.relation_id <> ALL (relation_ids)
            ORDER BY v.relation_id LIMIT k);
    END IF;
    IF cardinality(others) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH found AS (
            SELECT n.id AS relation_id, 1 AS tier, n.similarity AS score
            FROM sqlrag.nearest(workspace, 'relation', embedding, k + cardinality(relation_ids), filter) AS n
            UNION ALL
            SELECT other, 2, 0 FROM unnest(others) AS other
        ), best AS (
            SELECT DISTINCT ON (f.relation_id) f.* FROM found AS f
            WHERE f.relation_id <> ALL (relation_ids)
            ORDER BY f.relation_id, f.tier
        ), ranked AS (
            SELECT b.*, row_number() OVER (PARTITION BY b.tier ORDER BY b.score DESC, b.relation_id) AS rank
            FROM best AS b
        )
        -- Below all that was found for the question; the rest says nothing of it, and scores 0.
        SELECT r.relation_id, CASE r.tier WHEN 2 THEN 0 ELSE 1 / (10000 + r.rank)::float8 END,
            ARRAY[(('{relation_vector,rest}'::text[])[r.tier], r.rank, r.score)::sqlrag.arm]
        FROM ranked AS r
        ORDER BY r.tier, r.rank
        LIMIT k;
END;
$$;
