-- A context from the graph: entities, relations and chunks, each best first and within its budget.
CREATE OR REPLACE FUNCTION sqlrag.graph_search(
    workspace int, request sqlrag.search_request, limits sqlrag.search_limits, filter jsonb,
    by_entities boolean DEFAULT false, by_relations boolean DEFAULT false
)
RETURNS TABLE (kind text, rank int, score float8, item json)
-- In steps whose plans are kept: planned as one statement it took longer to plan than to run (docs/decisions/0013).
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    near_ids bigint[];
    near_similarities float8[];
    entity_ids bigint[];
    entity_names text[];
    entity_scores float8[];
    entities json[];
    entity_tokens bigint;
    seed_ids bigint[];
    relation_ids bigint[];
    relation_scores float8[];
    relations json[];
    relation_tokens bigint;
    relation_embedding halfvec := coalesce(request.relation_embedding, request.embedding);
BEGIN
    IF by_relations THEN
        SELECT array_agg(n.id ORDER BY n.similarity DESC, n.id),
            array_agg(n.similarity ORDER BY n.similarity DESC, n.id)
        INTO near_ids, near_similarities
        FROM sqlrag.nearest(workspace, 'relation', relation_embedding, limits.top_k, filter) AS n;
    END IF;

    SELECT array_agg(e.entity_id ORDER BY e.rank), array_agg(e.name ORDER BY e.rank),
        array_agg(e.score ORDER BY e.rank),
        array_agg(e.item ORDER BY e.rank) FILTER (WHERE e.running_tokens <= limits.max_entity_tokens OR e.rank = 1),
        max(e.running_tokens) FILTER (WHERE e.running_tokens <= limits.max_entity_tokens OR e.rank = 1)
    INTO entity_ids, entity_names, entity_scores, entities, entity_tokens
    FROM sqlrag.context_entities(
        workspace, request, limits, filter, by_entities, near_ids, near_similarities) AS e;

    -- What only fills the context up, with score 0, leads to nothing.
    seed_ids := ARRAY(SELECT e.id FROM unnest(entity_ids, entity_scores) AS e (id, score) WHERE e.score > 0);
    SELECT array_agg(r.relation_id ORDER BY r.rank), array_agg(r.score ORDER BY r.rank),
        array_agg(r.item ORDER BY r.rank), max(r.running_tokens)
    INTO relation_ids, relation_scores, relations, relation_tokens
    FROM sqlrag.context_relations(
        workspace, relation_embedding, limits.top_k, filter, seed_ids, near_ids, near_similarities, entity_ids,
        entity_names) AS r
    WHERE r.running_tokens <= limits.max_relation_tokens OR r.rank = 1;

    -- Nor does what is beyond the budget lead to a chunk.
    seed_ids := seed_ids[:cardinality(entities)];
    relation_ids := ARRAY(SELECT r.id FROM unnest(relation_ids, relation_scores) AS r (id, score) WHERE r.score > 0);
    RETURN QUERY
        SELECT 'chunk', c.rank, c.score, c.item
        FROM sqlrag.context_chunks(
            workspace, request, limits.chunk_top_k, filter, seed_ids, relation_ids,
            (limits.max_total_tokens - coalesce(entity_tokens, 0) - coalesce(relation_tokens, 0))::int) AS c
        ORDER BY c.rank;
    RETURN QUERY
        SELECT 'entity', e.rank::int, e.score, e.item
        FROM unnest(entity_scores[:cardinality(entities)], entities) WITH ORDINALITY AS e (score, item, rank);
    RETURN QUERY
        SELECT 'relation', r.rank::int, r.score, r.item
        FROM unnest(relation_scores, relations) WITH ORDINALITY AS r (score, item, rank);
END;
$$;
