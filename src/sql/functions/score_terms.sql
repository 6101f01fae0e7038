-- The sum of BM25 weights of some terms in every chunk that holds one of them.
-- call: SELECT chunk_id, score FROM rag.score_terms($1, $2, $3, $4, $5)
CREATE OR REPLACE FUNCTION rag.score_terms(workspace int, lexemes text[], idfs float8[], mean_length float8, filter jsonb)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Robertson & Zaragoza 2009, section 3, with k1 = 1.2 and b = 0.75, without the constant k1 + 1.
    SELECT term.chunk_id,
        sum(idf * term.frequency / (term.frequency + 0.3::float8 + 0.9::float8 * term.term_count / mean_length))
    FROM unnest(lexemes, idfs) AS asked (lexeme, idf)
    JOIN sqlrag.chunk_terms AS term ON term.workspace_id = workspace AND term.lexeme = asked.lexeme COLLATE "C"
    WHERE filter IS NULL OR term.chunk_id IN (
        SELECT c.chunk_id FROM sqlrag.chunks AS c
        JOIN rag.permitted_documents(workspace, filter) AS permitted USING (document_id)
        WHERE c.workspace_id = workspace
    )
    GROUP BY term.chunk_id
$$;
COMMENT ON FUNCTION rag.score_terms IS 'The BM25 score of every chunk that holds one of some terms; the inner part of rag.lexical_search.';
