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
    postings bigint;
    few bigint[];
    reach int := greatest(50, 3 * k);
    ids bigint[];
    scores float8[];
    permitted bigint[];
BEGIN
    SELECT array_agg(w.lexeme), array_agg(w.idf), max(w.mean_length), count(*) FILTER (WHERE w.running <= 20000),
        max(w.running)
    INTO lexemes, idfs, length, rare, postings
    FROM (
        SELECT *, sum(t.chunk_count) OVER (ORDER BY t.chunk_count, t.lexeme ROWS UNBOUNDED PRECEDING) AS running
        FROM unnest(terms || ARRAY(SELECT t FROM sqlrag.title_terms(workspace, terms) AS t)) AS t
        WHERE t.chunk_count > 0
    ) AS w;

    few := sqlrag.few_chunks(workspace, filter);
    -- A look-up takes as long as three postings that are read one after the other.
    IF 3 * cardinality(few) * cardinality(lexemes) <= postings THEN
        RETURN QUERY
            SELECT s.chunk_id, s.score FROM sqlrag.score_chunks(workspace, few, lexemes, idfs, length) AS s
            ORDER BY s.score DESC, s.chunk_id LIMIT k;
        RETURN;
    END IF;
    -- A filter that admits many is asked about the best, and about more of them where it admits few of those.
    WHILE few IS NULL AND filter IS NOT NULL AND reach <= 10 * k LOOP
        SELECT array_agg(s.chunk_id), array_agg(s.score) INTO ids, scores
        FROM sqlrag.top_terms(workspace, lexemes, idfs, length, rare, reach, NULL, NULL) AS s;
        permitted := ARRAY(SELECT p.id FROM sqlrag.permitted_among(workspace, 'chunk', ids, filter) AS p);
        IF cardinality(permitted) >= k OR coalesce(cardinality(ids), 0) < reach THEN
            RETURN QUERY
                SELECT best.chunk_id, best.score FROM unnest(ids, scores) AS best (chunk_id, score)
                WHERE best.chunk_id IN (SELECT unnest(permitted))
                ORDER BY best.score DESC, best.chunk_id LIMIT k;
            RETURN;
        END IF;
        reach := 1.5 * k * reach / greatest(cardinality(permitted), 1);
    END LOOP;
    RETURN QUERY
        SELECT s.chunk_id, s.score
        FROM sqlrag.top_terms(workspace, lexemes, idfs, length, rare, k, filter, few) AS s;
END;
$$;
