-- The chunks of a context, best first and within a budget: where its entities and relations are said, and what naive
-- retrieval finds.
CREATE OR REPLACE FUNCTION sqlrag.context_chunks(
    workspace int, request sqlrag.search_request, k int, filter jsonb, by_chunks boolean, entity_ids bigint[],
    relation_ids bigint[], max_tokens int
)
RETURNS TABLE (rank int, score float8, item json)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH said AS (
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
        FROM sqlrag.lexical_search(workspace, request.words, 100, filter) AS lexical WHERE by_chunks
        UNION ALL
        SELECT 'vector', near.id, near.similarity
        FROM sqlrag.nearest(workspace, 'chunk', request.embedding, 100, filter) AS near WHERE by_chunks
    ), ranked AS (
        SELECT said.*, row_number() OVER (PARTITION BY said.arm ORDER BY said.score DESC, said.chunk_id) AS rank
        FROM said
        WHERE filter IS NULL OR (
            SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = said.chunk_id
        ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p)
    ), fused AS (
        SELECT r.chunk_id, sum(1::float8 / (60 + r.rank)) AS score,
            array_agg((r.arm, r.rank, r.score)::sqlrag.arm ORDER BY r.arm) AS arms
        FROM ranked AS r
        GROUP BY r.chunk_id
    ), best AS (
        SELECT f.*, row_number() OVER (ORDER BY f.score DESC, f.chunk_id)::int AS rank
        FROM fused AS f ORDER BY rank LIMIT k
    ), fitting AS (
        SELECT i AS item, i.rank, i.score, sum(i.token_count) OVER (ORDER BY i.rank) AS running_tokens
        FROM best AS b CROSS JOIN LATERAL sqlrag.chunk_item(workspace, b.chunk_id, b.rank, b.score, b.arms) AS i
    )
    SELECT f.rank, f.score, to_json(f.item) FROM fitting AS f WHERE f.running_tokens <= max_tokens OR f.rank = 1
$$;
