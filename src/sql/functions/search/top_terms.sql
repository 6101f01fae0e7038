-- The chunks in which some terms weigh most, the first of them being rare: no more is read than the best can depend on.
CREATE OR REPLACE FUNCTION sqlrag.top_terms(
    workspace int, lexemes text[], idfs float8[], mean_length float8, rare int, k int, filter jsonb, few bigint[]
)
RETURNS TABLE (chunk_id bigint, score float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    threshold float8;
    bound float8;
BEGIN
    IF rare < cardinality(lexemes) THEN
        -- MaxScore (Turtle & Flood 1995): a term adds less than its idf, so once k chunks beat all
        -- that the frequent terms could add, those are looked up only in chunks with a rare one.
        bound := (SELECT sum(idf) FROM unnest(idfs[rare + 1:]) AS idf);
        threshold := (
            SELECT min(best.score) FROM (
                SELECT s.score
                FROM sqlrag.score_terms(workspace, lexemes[:rare], idfs[:rare], mean_length, filter, few) AS s
                ORDER BY s.score DESC LIMIT k
            ) AS best HAVING count(*) = k
        );
        IF threshold > bound THEN
            RETURN QUERY
                WITH candidate AS MATERIALIZED (
                    SELECT s.chunk_id, s.score
                    FROM sqlrag.score_terms(workspace, lexemes[:rare], idfs[:rare], mean_length, filter, few) AS s
                    WHERE s.score + bound >= threshold
                )
                SELECT candidate.chunk_id, candidate.score + coalesce(frequent.score, 0) AS total
                FROM candidate
                LEFT JOIN sqlrag.score_chunks(workspace, ARRAY(SELECT c.chunk_id FROM candidate AS c),
                    lexemes[rare + 1:], idfs[rare + 1:], mean_length) AS frequent USING (chunk_id)
                ORDER BY total DESC, candidate.chunk_id
                LIMIT k;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
        SELECT s.chunk_id, s.score FROM sqlrag.score_terms(workspace, lexemes, idfs, mean_length, filter, few) AS s
        ORDER BY s.score DESC, s.chunk_id LIMIT k;
END;
$$;
