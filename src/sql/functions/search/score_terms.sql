-- The sum of BM25 weights of some terms in every chunk that holds one of them.
CREATE OR REPLACE FUNCTION sqlrag.score_terms(
    workspace int, lexemes text[], idfs float8[], mean_length float8, filter jsonb, few bigint[] DEFAULT NULL
)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT term.chunk_id, sum(sqlrag.bm25(asked.idf, term.frequency, term.term_count, mean_length))
    FROM unnest(lexemes, idfs) AS asked (lexeme, idf)
    CROSS JOIN LATERAL (
        -- OFFSET keeps it to one look-up per term: joined, all postings of the workspace may be read.
        SELECT t.chunk_id, t.frequency, t.term_count FROM sqlrag.chunk_terms AS t
        WHERE t.workspace_id = workspace AND t.lexeme = asked.lexeme COLLATE "C" OFFSET 0
    ) AS term
    WHERE CASE WHEN filter IS NULL THEN true WHEN few IS NOT NULL THEN term.chunk_id IN (SELECT unnest(few))
        ELSE term.chunk_id IN (
            SELECT c.chunk_id FROM sqlrag.chunks AS c
            JOIN sqlrag.permitted_documents(workspace, filter) AS permitted USING (document_id)
            WHERE c.workspace_id = workspace
        ) END
    GROUP BY term.chunk_id
$$;
