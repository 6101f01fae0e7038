-- A context from the graph: entities, relations and chunks, each best first and within its budget.
-- call: SELECT kind, rank, score, item FROM rag.graph_search($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
CREATE OR REPLACE FUNCTION rag.graph_search(
    workspace int, words text, embedding halfvec, by_entities boolean, by_relations boolean, by_chunks boolean,
    top_k int DEFAULT 40, chunk_top_k int DEFAULT 20, max_entity_tokens int DEFAULT 6000,
    max_relation_tokens int DEFAULT 8000, max_total_tokens int DEFAULT 30000, hops int DEFAULT 1, filter jsonb DEFAULT NULL,
    names text DEFAULT NULL, history text DEFAULT NULL, entity_embedding halfvec DEFAULT NULL, relation_embedding halfvec DEFAULT NULL
)
RETURNS TABLE (kind text, rank int, score float8, item json)
-- In steps whose plans are kept: planned as one statement it took longer to plan than to run (docs/decisions/0013).
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    near_ids bigint[];
    near_similarities float8[];
    entity_ids bigint[];
    entity_scores float8[];
    entities json[];
    entity_tokens bigint;
    seed_ids bigint[];
    relation_ids bigint[];
    relation_scores float8[];
    relations json[];
    relation_tokens bigint;
BEGIN
    relation_embedding := coalesce(relation_embedding, embedding);
    IF by_relations THEN
        SELECT array_agg(n.id ORDER BY n.similarity DESC, n.id), array_agg(n.similarity ORDER BY n.similarity DESC, n.id)
        INTO near_ids, near_similarities
        FROM rag.nearest(workspace, 'relation', relation_embedding, top_k, filter) AS n;
    END IF;

    SELECT array_agg(e.entity_id ORDER BY e.rank), array_agg(e.score ORDER BY e.rank),
        array_agg(e.item ORDER BY e.rank) FILTER (WHERE e.running_tokens <= max_entity_tokens OR e.rank = 1),
        max(e.running_tokens) FILTER (WHERE e.running_tokens <= max_entity_tokens OR e.rank = 1)
    INTO entity_ids, entity_scores, entities, entity_tokens
    FROM rag.context_entities(
        workspace, coalesce(names, words), coalesce(entity_embedding, embedding), by_entities, near_ids, near_similarities,
        top_k, hops, filter, history) AS e;

    -- What only fills the context up, with score 0, leads to nothing.
    seed_ids := ARRAY(SELECT e.id FROM unnest(entity_ids, entity_scores) AS e (id, score) WHERE e.score > 0);
    SELECT array_agg(r.relation_id ORDER BY r.rank), array_agg(r.score ORDER BY r.rank),
        array_agg(r.item ORDER BY r.rank), max(r.running_tokens)
    INTO relation_ids, relation_scores, relations, relation_tokens
    FROM rag.context_relations(workspace, relation_embedding, seed_ids, near_ids, near_similarities, top_k, filter) AS r
    WHERE r.running_tokens <= max_relation_tokens OR r.rank = 1;

    -- Nor does what is beyond the budget lead to a chunk.
    seed_ids := seed_ids[:cardinality(entities)];
    relation_ids := ARRAY(SELECT r.id FROM unnest(relation_ids, relation_scores) AS r (id, score) WHERE r.score > 0);
    max_total_tokens := max_total_tokens - coalesce(entity_tokens, 0) - coalesce(relation_tokens, 0);
    RETURN QUERY
        SELECT 'chunk', c.rank, c.score, c.item
        FROM rag.context_chunks(
            workspace, words, embedding, seed_ids, relation_ids, by_chunks, chunk_top_k, max_total_tokens, filter) AS c
        ORDER BY c.rank;
    RETURN QUERY
        SELECT 'entity', e.rank::int, e.score, e.item
        FROM unnest(entity_scores[:cardinality(entities)], entities) WITH ORDINALITY AS e (score, item, rank);
    RETURN QUERY
        SELECT 'relation', r.rank::int, r.score, r.item
        FROM unnest(relation_scores, relations) WITH ORDINALITY AS r (score, item, rank);
END;
$$;
COMMENT ON FUNCTION rag.graph_search IS 'A context from the graph; rag.local_search and its like call it. Example: SELECT kind, rank FROM rag.graph_search(1, ''net sales'', NULL, true, false, false)';
