-- The chunks in which some terms weigh most, by exact BM25 over the whole workspace.
CREATE OR REPLACE FUNCTION sqlrag.search_terms(
    workspace int, terms sqlrag.term[], k int DEFAULT 10, filter jsonb DEFAULT NULL
)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = auto AS $$
DECLARE
    lexemes text[];
    idfs float8[];
    length float8;
    rare int;
    threshold float8;
    bound float8;
BEGIN
    SELECT array_agg(w.lexeme), array_agg(w.idf), max(w.mean_length), count(*) FILTER (WHERE w.running <= 20000)
    INTO lexemes, idfs, length, rare
    FROM (SELECT *, sum(chunk_count) OVER (ROWS UNBOUNDED PRECEDING) AS running FROM unnest(terms)) AS w;

    IF rare < cardinality(lexemes) THEN
        -- MaxScore (Turtle & Flood 1995): a term adds less than its idf, so once k chunks beat all
        -- that the frequent terms could add, those are looked up only in chunks with a rare one.
        bound := (SELECT sum(idf) FROM unnest(idfs[rare + 1:]) AS idf);
        threshold := (
            SELECT min(best.score) FROM (
                SELECT s.score FROM sqlrag.score_terms(workspace, lexemes[:rare], idfs[:rare], length, filter) AS s
                ORDER BY s.score DESC LIMIT k
            ) AS best HAVING count(*) = k
        );
        IF threshold > bound THEN
            RETURN QUERY
                WITH candidate AS MATERIALIZED (
                    SELECT s.chunk_id, s.score
                    FROM sqlrag.score_terms(workspace, lexemes[:rare], idfs[:rare], length, filter) AS s
                    WHERE s.score + bound >= threshold
                )
                SELECT candidate.chunk_id, candidate.score + coalesce(sum(
                    sqlrag.bm25(asked.idf, term.frequency, term.term_count, length)), 0) AS total
                FROM candidate
                CROSS JOIN unnest(lexemes[rare + 1:], idfs[rare + 1:]) AS asked (lexeme, idf)
                LEFT JOIN LATERAL (
                    SELECT t.frequency, t.term_count FROM sqlrag.chunk_terms AS t
                    WHERE t.workspace_id = workspace AND t.lexeme = asked.lexeme COLLATE "C"
                        AND t.chunk_id = candidate.chunk_id
                    LIMIT 1
                ) AS term ON true
                GROUP BY candidate.chunk_id, candidate.score
                ORDER BY total DESC, candidate.chunk_id
                LIMIT k;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
        SELECT s.chunk_id, s.score FROM sqlrag.score_terms(workspace, lexemes, idfs, length, filter) AS s
        ORDER BY s.score DESC, s.chunk_id LIMIT k;
END;
$$;
