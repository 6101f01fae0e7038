-- Where hops may start: the entities that a question names (asked), the chunks about them among those given (subjects),
-- and, best first, what to walk from; NULL for none. The chunks are given best first, with their share of the best.
CREATE OR REPLACE FUNCTION sqlrag.hop_seeds(
    workspace int, words text, chunk_ids bigint[], shares float8[], filter jsonb,
    OUT asked bigint[], OUT subject_ids bigint[], OUT subject_scores float8[], OUT seed_ids bigint[],
    OUT seed_weights float8[], OUT seed_entities bigint[]
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    -- Measured: docs/multihop.md.
    subject_start CONSTANT float8 := 5;
    most_chunks_of_a_name CONSTANT int := 20;
BEGIN
    WITH named AS MATERIALIZED (
        SELECT * FROM sqlrag.named_chunks(workspace, words, filter)
    ), base AS MATERIALIZED (
        SELECT b.* FROM unnest(chunk_ids, shares) WITH ORDINALITY AS b (chunk_id, share, rank)
    ), subject AS MATERIALIZED (
        SELECT s.*, row_number() OVER (ORDER BY s.score DESC, s.chunk_id) AS rank
        FROM (
            SELECT base.chunk_id, max(sqrt(base.share) / named.chunk_count) AS score,
                (array_agg(named.entity_id ORDER BY named.chunk_count, named.entity_id))[1] AS entity_id
            FROM named JOIN base USING (chunk_id)
            CROSS JOIN LATERAL sqlrag.lower_text(workspace, base.chunk_id) AS read
            WHERE named.chunk_count <= most_chunks_of_a_name AND sqlrag.is_said(read.text, named.name)
            GROUP BY base.chunk_id
        ) AS s
    ), seed AS MATERIALIZED (
        SELECT start.chunk_id, sum(start.weight) AS weight, max(start.entity_id) AS entity_id
        FROM (
            SELECT base.chunk_id, base.share / base.rank AS weight, NULL::bigint AS entity_id
            FROM base WHERE base.rank <= 2
            UNION ALL
            SELECT subject.chunk_id, subject_start * subject.score, subject.entity_id
            FROM subject WHERE subject.rank <= 4
        ) AS start
        WHERE start.weight > 0 AND EXISTS (SELECT FROM named)
        GROUP BY start.chunk_id
    )
    SELECT (SELECT array_agg(named.entity_id) FROM named), subject.ids, subject.scores, seed.ids, seed.weights,
        seed.entities
    INTO asked, subject_ids, subject_scores, seed_ids, seed_weights, seed_entities
    FROM (
        SELECT array_agg(s.chunk_id) AS ids, array_agg(s.score) AS scores FROM subject AS s
    ) AS subject
    CROSS JOIN (
        SELECT array_agg(s.chunk_id ORDER BY s.weight DESC, s.chunk_id) AS ids,
            array_agg(s.weight ORDER BY s.weight DESC, s.chunk_id) AS weights,
            array_agg(s.entity_id ORDER BY s.weight DESC, s.chunk_id) AS entities
        FROM seed AS s
    ) AS seed;
END;
$$;
