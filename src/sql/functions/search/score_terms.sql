-- The sum of BM25 weights of some terms in every chunk that holds one of them.
CREATE OR REPLACE FUNCTION sqlrag.score_terms(
    workspace int, lexemes text[], idfs float8[], mean_length float8, filter jsonb
)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT term.chunk_id, sum(sqlrag.bm25(asked.idf, term.frequency, term.term_count, mean_length))
    FROM unnest(lexemes, idfs) AS asked (lexeme, idf)
    JOIN sqlrag.chunk_terms AS term ON term.workspace_id = workspace AND term.lexeme = asked.lexeme COLLATE "C"
    WHERE filter IS NULL OR term.chunk_id IN (
        SELECT c.chunk_id FROM sqlrag.chunks AS c
        JOIN sqlrag.permitted_documents(workspace, filter) AS permitted USING (document_id)
        WHERE c.workspace_id = workspace
    )
    GROUP BY term.chunk_id
$$;
