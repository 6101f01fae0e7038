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
    subject_start CONSTANT float8 := 5;
    lead_of_first CONSTANT float8 := 1;
    lead_of_first_that_answers CONSTANT float8 := 5;
    lead_of_second CONSTANT float8 := 0.25;
    answering_openness CONSTANT float8 := 0.5;
    full_openness CONSTANT float8 := 0.2;
    share_of_next_hop CONSTANT numeric := 0.3;
    least_sureness CONSTANT float8 := 0.2;
    most_chunks_of_a_name CONSTANT int := 20;
    terms sqlrag.term[] := ARRAY(SELECT t FROM sqlrag.weigh_terms(workspace, request.words) AS t);
BEGIN
    -- The plan is made once: planning takes as long as the work.
    RETURN QUERY
    WITH RECURSIVE base AS MATERIALIZED (
        SELECT b.*, coalesce(b.score / nullif(max(b.score) OVER (), 0), 0) AS share,
            row_number() OVER (ORDER BY b.score DESC, b.chunk_id) AS rank
        FROM sqlrag.score_base(workspace, terms, request.embedding, k, filter) AS b
    ), named AS MATERIALIZED (
        SELECT * FROM sqlrag.named_chunks(workspace, request.words, filter)
    ), subject AS MATERIALIZED (
        SELECT base.chunk_id, max(sqrt(base.share) / named.chunk_count) AS score,
            (array_agg(named.entity_id ORDER BY named.chunk_count, named.entity_id))[1] AS entity_id
        FROM named JOIN base USING (chunk_id)
        CROSS JOIN LATERAL sqlrag.lower_text(workspace, base.chunk_id) AS read
        WHERE named.chunk_count <= most_chunks_of_a_name AND sqlrag.is_said(read.text, named.name)
        GROUP BY base.chunk_id
    ), seed AS MATERIALIZED (
        SELECT start.chunk_id, sum(start.weight) AS weight, max(start.entity_id) AS entity_id
        FROM (
            SELECT base.chunk_id, base.share / base.rank AS weight, NULL::bigint AS entity_id
            FROM base WHERE base.rank <= 2
            UNION ALL
            (SELECT s.chunk_id, subject_start * s.score, s.entity_id
            FROM subject AS s ORDER BY s.score DESC, s.chunk_id LIMIT 4)
        ) AS start
        WHERE start.weight > 0 AND EXISTS (SELECT FROM named)
        GROUP BY start.chunk_id
    ), sure AS MATERIALIZED (
        -- Who asks for hops is given them.
        SELECT CASE WHEN least_openness = 0 THEN 1
            WHEN EXISTS (SELECT FROM seed)
                THEN sqlrag.hop_sureness(workspace, ARRAY(SELECT seed.chunk_id FROM seed),
                    ARRAY(SELECT named.entity_id FROM named), filter) END AS share
    ), term AS MATERIALIZED (
        SELECT o.*
        FROM sqlrag.open_terms(workspace, terms, (SELECT base.chunk_id FROM base WHERE base.rank = 1),
            ARRAY(SELECT seed.chunk_id FROM seed ORDER BY seed.weight DESC, seed.chunk_id LIMIT 4)) AS o
        WHERE EXISTS (SELECT FROM seed)
    ), open AS MATERIALIZED (
        SELECT coalesce(array_agg(term.lexeme) FILTER (WHERE term.weight > 0), '{}') AS lexemes,
            coalesce(array_agg(term.weight) FILTER (WHERE term.weight > 0), '{}') AS weights,
            max(term.mean_length) AS mean_length,
            coalesce(sum(term.best_weight) / nullif(sum(term.idf), 0), 1) AS openness
        FROM term
    ), ceiling AS MATERIALIZED (
        SELECT coalesce(max(s.score), 0) AS score
        FROM open CROSS JOIN LATERAL sqlrag.score_chunks(
            workspace, ARRAY(SELECT b.chunk_id FROM base AS b), open.lexemes, open.weights, open.mean_length) AS s
    ), walk AS (
        -- One row of arrays is the whole state; no chunk is walked from twice.
        SELECT 0 AS depth, array_agg(seed.chunk_id) AS frontier, array_agg(seed.weight) AS weights,
            array_agg(seed.chunk_id) AS walked, '{}'::bigint[] AS found, '{}'::float8[] AS scores,
            '{}'::bigint[] AS entities, '{}'::bigint[] AS origins, 0::bigint AS rows_read
        FROM seed
        WHERE (SELECT o.openness FROM open AS o) >= least_openness
            AND (SELECT sure.share >= least_sureness FROM sure)
        HAVING count(*) > 0
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
                FROM open, ceiling, LATERAL sqlrag.rank_hops(
                    workspace, walk.frontier, walk.weights, ARRAY(SELECT named.entity_id FROM named), open.lexemes,
                    open.weights, open.mean_length, ceiling.score, filter, walk.depth = 0) AS r
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
    ), lead AS (
        -- What answers by itself stays in front: nearly always hops begin there.
        SELECT base.chunk_id, base.share + CASE base.rank
                WHEN 1 THEN
                    CASE WHEN open.openness < answering_openness THEN lead_of_first_that_answers ELSE lead_of_first END
                WHEN 2 THEN lead_of_second ELSE 0 END AS score
        FROM base CROSS JOIN open
    ), reach AS (
        -- Hops count in full where the best chunk lacks a fifth of the question, and not at all where it lacks nothing.
        SELECT sure.share * least(1, open.openness / full_openness) AS share, open.openness,
            sure.share >= least_sureness AS is_sure
        FROM open CROSS JOIN sure
    )
    SELECT chunk_id, CASE WHEN walked.hops = 0 THEN base.score ELSE coalesce(lead.score, 0) + reach.share
            * (hop_weight * coalesce(hop.score, 0) + subject_weight * coalesce(subject.score, 0)) END,
        base.by_words,
        CASE WHEN hop.score IS NOT NULL
            THEN ('hop', row_number() OVER (ORDER BY hop.score DESC NULLS LAST, chunk_id), hop.score)::sqlrag.arm END,
        base.by_meaning,
        CASE WHEN seed.chunk_id IS NULL THEN hop.depth WHEN walked.hops > 0 THEN 0 END,
        CASE WHEN seed.chunk_id IS NULL THEN hop.entity_id ELSE seed.entity_id END,
        CASE WHEN seed.chunk_id IS NULL THEN hop.from_chunk_id END, walked.rows_read, reach.openness,
        reach.is_sure
    FROM base
    FULL JOIN hop USING (chunk_id)
    LEFT JOIN lead USING (chunk_id)
    LEFT JOIN subject USING (chunk_id)
    LEFT JOIN seed USING (chunk_id)
    CROSS JOIN reach
    CROSS JOIN walked;
END;
$$;
