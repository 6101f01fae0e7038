-- The chunks in which some terms weigh most, by exact BM25 over the whole workspace, those in titles apart.
CREATE OR REPLACE FUNCTION sqlrag.search_terms(
    workspace int, terms sqlrag.term[], k int DEFAULT 10, filter jsonb DEFAULT NULL
)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
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
    FROM (
        SELECT *, sum(t.chunk_count) OVER (ORDER BY t.chunk_count, t.lexeme ROWS UNBOUNDED PRECEDING) AS running
        FROM unnest(terms || ARRAY(SELECT t FROM sqlrag.title_terms(workspace, terms) AS t)) AS t
    ) AS w;

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
                SELECT candidate.chunk_id, candidate.score + coalesce(frequent.score, 0) AS total
                FROM candidate
                LEFT JOIN sqlrag.score_chunks(workspace, ARRAY(SELECT c.chunk_id FROM candidate AS c),
                    lexemes[rare + 1:], idfs[rare + 1:], length) AS frequent USING (chunk_id)
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
