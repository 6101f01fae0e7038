-- How surely hops may start from chunks, from 0 to 1: one has as its title or heading the name of what few are about.
CREATE OR REPLACE FUNCTION sqlrag.hop_sureness(
    workspace int, chunk_ids bigint[], asked bigint[] DEFAULT '{}', filter jsonb DEFAULT NULL
)
RETURNS float8
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    -- Measured: docs/decisions/0022.
    few CONSTANT float8 := 2;
    few_of_asked CONSTANT float8 := 5;
    longest_name CONSTANT int := 5;
BEGIN
    RETURN (
        WITH subject AS MATERIALIZED (
            SELECT DISTINCT m.entity_id, cardinality(string_to_array(m.name, ' ')) AS words
            FROM unnest(chunk_ids) AS seed (chunk_id)
            CROSS JOIN LATERAL sqlrag.lower_text(workspace, seed.chunk_id) AS read
            CROSS JOIN LATERAL (
                SELECT spoken.entity_id, spoken.name FROM sqlrag.mentions AS spoken
                WHERE spoken.workspace_id = workspace AND spoken.chunk_id = seed.chunk_id AND spoken.is_subject
                    AND lower(spoken.name) = ANY (read.heads)
                OFFSET 0
            ) AS m
        )
        SELECT coalesce(max(least(1, (CASE WHEN subject.entity_id = ANY (asked) THEN few_of_asked ELSE few END
            / said.subjects) ^ 2)), 0)
        FROM subject
        CROSS JOIN LATERAL (
            SELECT count(*) AS mentions, count(*) FILTER (WHERE m.is_subject)::float8 AS subjects
            FROM (
                SELECT mention.chunk_id, mention.is_subject FROM sqlrag.mentions AS mention
                WHERE mention.workspace_id = workspace AND mention.entity_id = subject.entity_id LIMIT 100
            ) AS m
            WHERE filter IS NULL OR (
                SELECT c.document_id FROM sqlrag.chunks AS c
                WHERE c.workspace_id = workspace AND c.chunk_id = m.chunk_id
            ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p)
        ) AS said
        -- A whole sentence that is mentioned nowhere else is a headline, and names nothing.
        WHERE said.subjects > 0 AND (said.mentions > 1 OR subject.words <= longest_name)
    );
END;
$$;
