-- The chunks of a context: where its entities and relations are said, and what naive retrieval finds.
CREATE OR REPLACE FUNCTION sqlrag.rank_chunks(
    workspace int, words text, embedding halfvec, entity_ids bigint[], relation_ids bigint[], by_chunks boolean, k int
    DEFAULT 20, filter jsonb DEFAULT NULL
)
RETURNS TABLE (chunk_id bigint, score float8, arms sqlrag.arm[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH permitted AS MATERIALIZED (
            SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p WHERE filter IS NOT NULL
        ), said AS (
            -- A chunk gathers the reciprocal ranks of all that it says something of.
            SELECT 'entity' AS arm, m.chunk_id, sum((1 + m.is_subject::int) / (60 + entity.place)::float8) AS score
            FROM unnest(entity_ids) WITH ORDINALITY AS entity (entity_id, place)
            CROSS JOIN LATERAL (
                SELECT mention.chunk_id, mention.is_subject FROM sqlrag.mentions AS mention
                WHERE mention.workspace_id = workspace AND mention.entity_id = entity.entity_id LIMIT 200
            ) AS m
            GROUP BY m.chunk_id
            UNION ALL
            SELECT 'relation', v.chunk_id, sum(1 / (60 + relation.place)::float8)
            FROM unnest(relation_ids) WITH ORDINALITY AS relation (relation_id, place)
            CROSS JOIN LATERAL (
                SELECT evidence.chunk_id FROM sqlrag.evidence AS evidence
                WHERE evidence.workspace_id = workspace AND evidence.relation_id = relation.relation_id LIMIT 200
            ) AS v
            GROUP BY v.chunk_id
            UNION ALL
            SELECT 'bm25', lexical.chunk_id, lexical.score
            FROM sqlrag.lexical_search(workspace, words, 100, filter) AS lexical WHERE by_chunks
            UNION ALL
            SELECT 'vector', near.id, near.similarity
            FROM sqlrag.nearest(workspace, 'chunk', embedding, 100, filter) AS near WHERE by_chunks
        ), ranked AS (
            SELECT said.*, row_number() OVER (PARTITION BY said.arm ORDER BY said.score DESC, said.chunk_id) AS rank
            FROM said
            WHERE filter IS NULL OR EXISTS (
                SELECT FROM sqlrag.chunks AS c JOIN permitted USING (document_id)
                WHERE c.workspace_id = workspace AND c.chunk_id = said.chunk_id
            )
        )
        SELECT r.chunk_id, sum(1::float8 / (60 + r.rank)) AS score,
            array_agg((r.arm, r.rank, r.score)::sqlrag.arm ORDER BY r.arm)
        FROM ranked AS r
        GROUP BY r.chunk_id
        ORDER BY score DESC, r.chunk_id
        LIMIT k;
END;
$$;
