-- A context from the graph: entities, relations and chunks, each best first and within its budget.
-- call: SELECT kind, rank, score, item FROM rag.graph_search($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
CREATE OR REPLACE FUNCTION rag.graph_search(
    workspace int, words text, embedding halfvec, by_entities boolean, by_relations boolean, by_chunks boolean,
    top_k int DEFAULT 40, chunk_top_k int DEFAULT 20, max_entity_tokens int DEFAULT 6000,
    max_relation_tokens int DEFAULT 8000, max_total_tokens int DEFAULT 30000, hops int DEFAULT 1, filter jsonb DEFAULT NULL,
    names text DEFAULT NULL, history text DEFAULT NULL, entity_embedding halfvec DEFAULT NULL, relation_embedding halfvec DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    WITH best_entity AS MATERIALIZED (
        SELECT * FROM rag.rank_entities(
            workspace, coalesce(names, words), coalesce(entity_embedding, embedding), by_entities, by_relations, top_k, hops, filter,
            history, coalesce(relation_embedding, embedding))
    ), entity AS MATERIALIZED (
        -- Four characters are a token, about; descriptions are put together on reading and have no count.
        SELECT b.*, d.name, d.type, d.description, d.chunk_count, size.token_count,
            row_number() OVER place AS rank, sum(size.token_count) OVER place AS running_tokens
        FROM best_entity AS b
        JOIN rag.describe_entities(workspace, ARRAY(SELECT e.entity_id FROM best_entity AS e), filter) AS d USING (entity_id)
        CROSS JOIN LATERAL (SELECT (length(d.name) + length(d.description)) / 4 + 8 AS token_count) AS size
        WINDOW place AS (ORDER BY b.score DESC, b.entity_id)
    ), best_relation AS MATERIALIZED (
        SELECT * FROM rag.rank_relations(
            workspace, coalesce(relation_embedding, embedding),
            -- What only fills the context up, with score 0, leads to nothing.
            ARRAY(SELECT e.entity_id FROM entity AS e WHERE e.score > 0 ORDER BY e.rank), by_relations, top_k, filter)
    ), relation AS MATERIALIZED (
        SELECT b.relation_id, b.score, b.arms, d.source_id, d.target_id, d.source, d.target, d.keywords, d.description,
            d.weight, d.chunk_count, d.is_reversed, size.token_count,
            row_number() OVER place AS rank, sum(size.token_count) OVER place AS running_tokens
        FROM best_relation AS b
        JOIN rag.describe_relations(workspace, ARRAY(SELECT r.relation_id FROM best_relation AS r), filter) AS d USING (relation_id)
        CROSS JOIN LATERAL (
            SELECT (length(d.source) + length(d.target) + length(d.keywords) + length(d.description)) / 4 + 10 AS token_count
        ) AS size
        WINDOW place AS (ORDER BY b.score DESC, b.relation_id)
    ), kept_entity AS (
        SELECT * FROM entity WHERE running_tokens <= max_entity_tokens OR rank = 1
    ), kept_relation AS (
        SELECT * FROM relation WHERE running_tokens <= max_relation_tokens OR rank = 1
    ), spent AS (
        SELECT coalesce((SELECT max(running_tokens) FROM kept_entity), 0)
            + coalesce((SELECT max(running_tokens) FROM kept_relation), 0) AS tokens
    ), chunk AS (
        SELECT b.score, b.arms, c.*, row_number() OVER place AS rank, sum(c.token_count) OVER place AS running_tokens
        FROM rag.rank_chunks(
            workspace, words, embedding,
            ARRAY(SELECT e.entity_id FROM kept_entity AS e WHERE e.score > 0 ORDER BY e.rank),
            ARRAY(SELECT r.relation_id FROM kept_relation AS r WHERE r.score > 0 ORDER BY r.rank),
            by_chunks, chunk_top_k, filter
        ) AS b
        JOIN sqlrag.chunks AS c ON c.workspace_id = workspace AND c.chunk_id = b.chunk_id
        WINDOW place AS (ORDER BY b.score DESC, c.chunk_id)
    )
    SELECT 'entity', e.rank::int, e.score, jsonb_build_object(
        'entity_id', e.entity_id, 'name', e.name, 'type', e.type, 'description', e.description, 'chunk_count', e.chunk_count,
        'depth', e.depth, 'via_relation_id', e.via_relation_id, 'from_entity_id', e.from_entity_id,
        'token_count', e.token_count, 'arms', e.arms)
    FROM kept_entity AS e
    UNION ALL
    SELECT 'relation', r.rank::int, r.score, jsonb_build_object(
        'relation_id', r.relation_id, 'source_id', r.source_id, 'target_id', r.target_id,
        'source', CASE WHEN r.is_reversed THEN r.target ELSE r.source END,
        'target', CASE WHEN r.is_reversed THEN r.source ELSE r.target END,
        'keywords', r.keywords, 'description', r.description, 'weight', r.weight, 'chunk_count', r.chunk_count,
        'token_count', r.token_count, 'arms', r.arms)
    FROM kept_relation AS r
    UNION ALL
    SELECT 'chunk', c.rank::int, c.score, jsonb_build_object(
        'chunk_id', c.chunk_id, 'document_id', c.document_id, 'source_key', d.source_key, 'title', d.title,
        'content', c.content, 'token_count', c.token_count, 'ordinal', c.ordinal, 'char_start', c.char_start,
        'char_end', c.char_end, 'page', c.page, 'page_end', c.page + cardinality(c.page_breaks),
        'page_breaks', c.page_breaks, 'headings', c.headings, 'metadata', d.metadata, 'created_at', d.created_at, 'arms', c.arms)
    FROM chunk AS c
    JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = c.document_id
    CROSS JOIN spent
    WHERE c.running_tokens + spent.tokens <= max_total_tokens OR c.rank = 1
    ORDER BY 1, 2
$$;
COMMENT ON FUNCTION rag.graph_search IS 'A context from the graph; rag.local_search and its like call it. Example: SELECT kind, rank FROM rag.graph_search(1, ''net sales'', NULL, true, false, false)';
