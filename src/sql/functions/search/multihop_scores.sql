-- The base score of chunks, plus what reaches them by hops from the best and the named ones: docs/multihop.md.
CREATE OR REPLACE FUNCTION sqlrag.multihop_scores(
    workspace int, request sqlrag.search_request, k int DEFAULT 100, filter jsonb DEFAULT NULL, hops int DEFAULT 2,
    least_openness float8 DEFAULT 0
)
-- Unordered; hop says how far from the seeds a chunk was found, by which entity from which chunk.
RETURNS TABLE (
    chunk_id bigint, score float8, by_words sqlrag.arm, by_hops sqlrag.arm, by_meaning sqlrag.arm, hop int,
    entity_id bigint, from_chunk_id bigint, rows_read bigint, openness float8, is_sure boolean
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 200 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    -- Measured: docs/multihop.md.
    hop_weight CONSTANT float8 := 4;
    subject_weight CONSTANT float8 := 1.5;
    lead_of_first CONSTANT float8 := 1;
    lead_of_first_that_answers CONSTANT float8 := 5;
    lead_of_second CONSTANT float8 := 0.25;
    answering_openness CONSTANT float8 := 0.5;
    full_openness CONSTANT float8 := 0.2;
    share_of_next_hop CONSTANT numeric := 0.3;
    least_sureness CONSTANT float8 := 0.2;
    terms sqlrag.term[] := ARRAY(SELECT t FROM sqlrag.weigh_terms(workspace, request.words) AS t);
    pool int := k;
    -- The base, best first, and its share of the best.
    base_ids bigint[];
    base_scores float8[];
    base_words sqlrag.arm[];
    base_meanings sqlrag.arm[];
    shares float8[];
    seeds record;
    sureness float8 := 1;
    -- What the seeds leave open of the question, and how much of it the best chunk does.
    open_lexemes text[];
    open_weights float8[];
    mean_length float8;
    left_open float8 := 1;
    ceiling float8;
    reach float8;
BEGIN
    -- In steps whose plans are kept: most questions take no hop, and to start what walks takes longer than a walk.
    LOOP
        SELECT array_agg(b.chunk_id), array_agg(b.score), array_agg(b.by_words), array_agg(b.by_meaning),
            array_agg(coalesce(b.score / nullif(b.best, 0), 0))
        INTO base_ids, base_scores, base_words, base_meanings, shares
        FROM (
            SELECT b.*, max(b.score) OVER () AS best
            FROM sqlrag.score_base(workspace, terms, request.embedding, pool, filter) AS b
            ORDER BY b.score DESC, b.chunk_id
        ) AS b;
        EXIT WHEN pool > k OR NOT sqlrag.looks_repeated(base_words, pool);
        pool := 10 * pool;
    END LOOP;
    seeds := sqlrag.hop_seeds(workspace, request.words, base_ids, shares, filter);
    IF seeds.seed_ids IS NOT NULL THEN
        SELECT coalesce(array_agg(o.lexeme) FILTER (WHERE o.weight > 0), '{}'),
            coalesce(array_agg(o.weight) FILTER (WHERE o.weight > 0), '{}'), max(o.mean_length),
            coalesce(sum(o.best_weight) / nullif(sum(o.idf), 0), 1)
        INTO open_lexemes, open_weights, mean_length, left_open
        FROM sqlrag.open_terms(workspace, terms, base_ids[1], seeds.seed_ids[:4]) AS o;
        -- Who asks for hops is given them.
        IF least_openness > 0 AND left_open >= least_openness THEN
            sureness := sqlrag.hop_sureness(workspace, seeds.seed_ids, seeds.asked, filter);
        END IF;
    END IF;
    IF seeds.seed_ids IS NULL OR left_open < least_openness OR sureness < least_sureness THEN
        RETURN QUERY
            SELECT b.chunk_id, b.score, base_words[b.rank], NULL::sqlrag.arm, base_meanings[b.rank], NULL::int,
                NULL::bigint, NULL::bigint, 0::bigint, left_open, sureness >= least_sureness
            FROM unnest(base_ids, base_scores) WITH ORDINALITY AS b (chunk_id, score, rank);
        RETURN;
    END IF;
    -- Hops count in full where the best chunk lacks a fifth of the question, and not at all where it lacks nothing.
    reach := sureness * least(1, left_open / full_openness);
    ceiling := (
        SELECT coalesce(max(s.score), 0)
        FROM sqlrag.score_chunks(workspace, base_ids, open_lexemes, open_weights, mean_length) AS s
    );
    RETURN QUERY
    WITH RECURSIVE walk AS (
        -- One row of arrays is the whole state; no chunk is walked from twice.
        SELECT 0 AS depth, seeds.seed_ids AS frontier, seeds.seed_weights AS weights, seeds.seed_ids AS walked,
            '{}'::bigint[] AS found, '{}'::float8[] AS scores, '{}'::bigint[] AS entities, '{}'::bigint[] AS origins,
            0::bigint AS rows_read
        UNION ALL
        SELECT walk.depth + 1, step.frontier, step.weights, walk.walked || step.frontier, step.found, step.scores,
            step.entities, step.origins, step.rows_read
        FROM walk CROSS JOIN LATERAL (
            SELECT array_agg(h.chunk_id ORDER BY h.place) FILTER (WHERE h.is_new AND h.place <= 2) AS frontier,
                array_agg(h.score / sqrt(h.place) ORDER BY h.place) FILTER (WHERE h.is_new AND h.place <= 2) AS weights,
                array_agg(h.chunk_id) AS found, array_agg(h.score) AS scores, array_agg(h.entity_id) AS entities,
                array_agg(h.from_chunk_id) AS origins, max(h.rows_read) AS rows_read
            FROM (
                SELECT r.*, r.chunk_id <> ALL (walk.walked) AS is_new, row_number() OVER (
                    PARTITION BY r.chunk_id <> ALL (walk.walked) ORDER BY r.score DESC, r.chunk_id) AS place
                FROM sqlrag.rank_hops(
                    workspace, walk.frontier, walk.weights, seeds.asked, open_lexemes, open_weights, mean_length,
                    ceiling, filter, walk.depth = 0) AS r
            ) AS h
        ) AS step
        WHERE walk.depth < hops AND walk.frontier IS NOT NULL AND step.found IS NOT NULL
    ), hop AS MATERIALIZED (
        -- A further hop counts less; a chunk shows the nearest way to it.
        SELECT r.chunk_id, sum(r.score * share_of_next_hop ^ (walk.depth - 1)) AS score, min(walk.depth) AS depth,
            (array_agg(r.entity_id ORDER BY walk.depth))[1] AS entity_id,
            (array_agg(r.origin ORDER BY walk.depth))[1] AS from_chunk_id
        FROM walk CROSS JOIN LATERAL unnest(walk.found, walk.scores, walk.entities, walk.origins)
            AS r (chunk_id, score, entity_id, origin)
        GROUP BY r.chunk_id
    ), walked AS (
        SELECT coalesce(max(walk.depth), 0) AS hops, coalesce(sum(walk.rows_read), 0)::bigint AS rows_read FROM walk
    ), base AS (
        -- What answers by itself stays in front: nearly always hops begin there.
        SELECT b.*, b.share + CASE b.rank
            WHEN 1 THEN CASE WHEN left_open < answering_openness THEN lead_of_first_that_answers ELSE lead_of_first END
            WHEN 2 THEN lead_of_second ELSE 0 END AS lead
        FROM unnest(base_ids, base_scores, shares) WITH ORDINALITY AS b (chunk_id, score, share, rank)
    ), subject AS (
        SELECT s.* FROM unnest(seeds.subject_ids, seeds.subject_scores) AS s (chunk_id, score)
    ), seed AS (
        SELECT s.* FROM unnest(seeds.seed_ids, seeds.seed_entities) AS s (chunk_id, entity_id)
    )
    SELECT chunk_id, CASE WHEN walked.hops = 0 THEN base.score ELSE coalesce(base.lead, 0)
            + reach * (hop_weight * coalesce(hop.score, 0) + subject_weight * coalesce(subject.score, 0)) END,
        base_words[base.rank],
        CASE WHEN hop.score IS NOT NULL
            THEN ('hop', row_number() OVER (ORDER BY hop.score DESC NULLS LAST, chunk_id), hop.score)::sqlrag.arm END,
        base_meanings[base.rank],
        CASE WHEN seed.chunk_id IS NULL THEN hop.depth WHEN walked.hops > 0 THEN 0 END,
        CASE WHEN seed.chunk_id IS NULL THEN hop.entity_id ELSE seed.entity_id END,
        CASE WHEN seed.chunk_id IS NULL THEN hop.from_chunk_id END, walked.rows_read, left_open, true
    FROM base
    FULL JOIN hop USING (chunk_id)
    LEFT JOIN subject USING (chunk_id)
    LEFT JOIN seed USING (chunk_id)
    CROSS JOIN walked;
END;
$$;
