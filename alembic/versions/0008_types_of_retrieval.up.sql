-- CREATE OR REPLACE cannot change what a function returns; all functions are laid anew after the revisions.
DO $$
DECLARE
    signature regprocedure;
BEGIN
    FOR signature IN
        SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace = 'rag'::regnamespace AND p.proname = ANY ('{
            auto_search, context_chunks, context_entities, context_relations, explain_hops, fill_entities,
            fill_relations, global_search, graph_search, hybrid_search, list_arms, local_search, mix_search,
            multihop_search, naive_search, rank_chunks, rank_entities, rank_relations, search, seed_entities,
            weigh_terms}')
    LOOP
        EXECUTE 'DROP FUNCTION ' || signature;
    END LOOP;
END;
$$;

CREATE TYPE rag.term AS (lexeme text, chunk_count bigint, idf float8, mean_length float8);
COMMENT ON TYPE rag.term IS 'A term of a question: how many chunks have it, what it weighs in BM25, and how many terms a chunk has on average.';

CREATE TYPE rag.arm AS (arm text, rank bigint, score float8);
COMMENT ON TYPE rag.arm IS 'One arm of a retrieval that found something, at which rank (from 1) and raw score.';
