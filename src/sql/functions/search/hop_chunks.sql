-- The chunks one hop from some chunks: what speaks of their entities and, above all, what is about them.
CREATE OR REPLACE FUNCTION sqlrag.hop_chunks(
    workspace int, chunk_ids bigint[], weights float8[], asked bigint[], filter jsonb DEFAULT NULL, taught boolean
    DEFAULT true, lexemes text[] DEFAULT '{}', openness float8[] DEFAULT '{}'
)
RETURNS TABLE (
    chunk_id bigint, score float8, potential float8, entity_id bigint, from_chunk_id bigint, rows_read bigint
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    -- Measured: docs/multihop.md.
    told_weight CONSTANT float8 := 2;
    subject_weight CONSTANT float8 := 2;
    hub_size CONSTANT int := 100;
BEGIN
    -- The plan is made once: planning takes as long as the work.
    RETURN QUERY
    WITH told AS MATERIALIZED (
        -- What a relation of the chunk says of an entity may be what the question still asks; stems begin words.
        SELECT v.chunk_id, entry.entity_id, max(match.share) AS share
        FROM sqlrag.evidence AS v
        CROSS JOIN LATERAL (
            SELECT sum(o.weight) FILTER (WHERE strpos(' ' || lower(v.keywords), ' ' || o.lexeme) > 0)
                / sum(o.weight) AS share
            FROM unnest(lexemes, openness) AS o (lexeme, weight)
        ) AS match
        CROSS JOIN LATERAL (
            SELECT relation.source_id, relation.target_id FROM sqlrag.relations AS relation
            WHERE relation.workspace_id = workspace AND relation.relation_id = v.relation_id
            LIMIT 1
        ) AS r
        CROSS JOIN LATERAL (VALUES (r.source_id), (r.target_id)) AS entry (entity_id)
        WHERE v.workspace_id = workspace AND v.chunk_id = ANY (chunk_ids) AND v.keywords <> '' AND match.share > 0
        GROUP BY v.chunk_id, entry.entity_id
    ), spoken AS MATERIALIZED (
        -- What a chunk hands on is shared by its entities.
        -- What it names early gets more, and what it says the asked of.
        SELECT s.chunk_id, s.entity_id, s.is_said, seed.weight * s.worth
            / sqrt(count(*) FILTER (WHERE s.is_mention) OVER (PARTITION BY s.chunk_id) + 1)
            * (1 + told_weight * coalesce(told.share, 0)) AS flow
        FROM sqlrag.spoken_entities(workspace, chunk_ids, taught) AS s
        LEFT JOIN told USING (chunk_id, entity_id)
        JOIN unnest(chunk_ids, weights) AS seed (chunk_id, weight) USING (chunk_id)
    ), bridge AS MATERIALIZED (
        -- The question's own entities lead back to where the question came from.
        SELECT s.entity_id, sum(s.flow) AS strength, coalesce(sum(s.flow) FILTER (WHERE s.is_said), 0) AS said,
            (array_agg(s.chunk_id ORDER BY s.is_said DESC, s.flow DESC, s.chunk_id))[1] AS from_chunk_id
        FROM spoken AS s
        WHERE s.entity_id <> ALL (asked)
        GROUP BY s.entity_id
        ORDER BY strength DESC, s.entity_id
        LIMIT 50
    ), reached AS MATERIALIZED (
        SELECT b.*, m.chunk_id, m.name, m.is_subject, count(*) OVER entity AS chunk_count, count(*)
            FILTER (WHERE m.is_subject) OVER entity AS subjects
        FROM bridge AS b
        CROSS JOIN LATERAL (
            -- No hub is read to its end. A filter looks further, not to the end.
            SELECT mention.chunk_id, mention.name, mention.is_subject FROM sqlrag.mentions AS mention
            WHERE mention.workspace_id = workspace AND mention.entity_id = b.entity_id
            LIMIT CASE WHEN filter IS NULL THEN 1 ELSE 10 END * hub_size + 1
        ) AS m
        WHERE filter IS NULL OR (
            SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
        ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p)
        WINDOW entity AS (PARTITION BY b.entity_id)
    ), total AS MATERIALIZED (
        SELECT sum(t.chunks)::float8 AS chunks FROM sqlrag.workspace_totals AS t WHERE t.workspace_id = workspace
    ), flow AS MATERIALIZED (
        SELECT r.*, ln(1 + total.chunks / r.chunk_count::float8)
            * (1 / sqrt(r.chunk_count::float8) + CASE WHEN r.is_subject THEN subject_weight / r.subjects::float8
                ELSE 0 END) AS link
        FROM reached AS r CROSS JOIN total
        WHERE r.chunk_count <= hub_size
    ), candidate AS MATERIALIZED (
        -- With its links, as arrays: joined to them again, each candidate would be compared with all.
        SELECT f.chunk_id, sum(f.strength * f.link) AS potential, array_agg(f.entity_id) AS entity_ids,
            array_agg(f.name) AS names,
            array_agg(f.from_chunk_id) AS from_chunk_ids, array_agg(f.said * f.link) AS scores
        FROM flow AS f
        GROUP BY f.chunk_id
        ORDER BY potential DESC, f.chunk_id
        LIMIT 40
    ), believed AS MATERIALIZED (
        -- Links that either text does not bear out count for nothing, but in what the best could have had.
        SELECT candidate.chunk_id, candidate.potential, link.entity_id, link.from_chunk_id,
            CASE WHEN link.score > 0 AND sqlrag.is_said(read.text, link.name) THEN link.score ELSE 0 END AS score
        FROM candidate
        CROSS JOIN LATERAL sqlrag.lower_text(workspace, candidate.chunk_id) AS read
        CROSS JOIN LATERAL unnest(candidate.entity_ids, candidate.names, candidate.from_chunk_ids, candidate.scores)
            AS link (entity_id, name, from_chunk_id, score)
    )
    SELECT b.chunk_id, sum(b.score) AS score, max(b.potential),
        (array_agg(b.entity_id ORDER BY b.from_chunk_id = b.chunk_id, b.score DESC, b.entity_id))[1],
        (array_agg(b.from_chunk_id ORDER BY b.from_chunk_id = b.chunk_id, b.score DESC, b.entity_id))[1],
        (SELECT count(*) FROM spoken) + (SELECT count(*) FROM told) + (SELECT count(*) FROM reached)
    FROM believed AS b
    GROUP BY b.chunk_id;
END;
$$;
