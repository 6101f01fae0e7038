-- What uses the types, and what an older version lays with other results.
DO $$
DECLARE
    signature regprocedure;
BEGIN
    FOR signature IN
        SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace = 'rag'::regnamespace AND p.proname = ANY ('{
            auto_search, base_scores, context_chunks, context_entities, context_relations, explain_hops, fill_entities,
            fill_relations, global_search, graph_search, hybrid_search, list_arms, local_search, mix_search,
            multihop_search, naive_search, open_terms, rank_chunks, rank_entities, rank_relations, search, search_terms, seed_entities,
            weigh_terms}')
    LOOP
        EXECUTE 'DROP FUNCTION ' || signature;
    END LOOP;
END;
$$;

DROP TYPE rag.arm;
DROP TYPE rag.term;
