-- Takes words from the graph, where models or people put them and no document that stays says them.
CREATE OR REPLACE FUNCTION sqlrag.erase_said(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE plpgsql AS $$
DECLARE
    space int := erasure.workspace;
BEGIN
    IF erasure.words = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.rejects AS r
            WHERE r.workspace_id = space AND sqlrag.says(concat_ws(E'\n', r.record, r.reason), erasure.words)
            RETURNING r.reject_id
        )
        SELECT 'rejects', gone.reject_id::text, 1::bigint, NULL::bigint FROM gone;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.evidence AS v
            WHERE v.workspace_id = space AND sqlrag.says(concat_ws(E'\n', v.keywords, v.description), erasure.words)
            RETURNING v.relation_id, v.chunk_id
        )
        SELECT 'evidence', gone.relation_id || ' ' || gone.chunk_id, 1::bigint, NULL::bigint FROM gone;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.mentions AS m
            WHERE m.workspace_id = space
                AND sqlrag.says(concat_ws(E'\n', m.name, m.type, m.description), erasure.words)
            RETURNING m.entity_id, m.chunk_id
        )
        SELECT 'mentions', gone.entity_id || ' ' || gone.chunk_id, 1::bigint, NULL::bigint FROM gone;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.entity_summaries AS s
            WHERE s.workspace_id = space AND sqlrag.says(s.summary, erasure.words) RETURNING s.entity_id
        )
        SELECT 'entity_summaries', gone.entity_id::text, 1::bigint, gone.entity_id FROM gone;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.relation_summaries AS s
            WHERE s.workspace_id = space AND sqlrag.says(s.summary, erasure.words) RETURNING s.relation_id
        )
        SELECT 'relation_summaries', gone.relation_id::text, 1::bigint, NULL::bigint FROM gone;
    -- What a person wrote of what others mention too is theirs again to tell; the vector was of these words.
    RETURN QUERY
        WITH emptied AS (
            UPDATE sqlrag.relations AS r
            SET keywords = CASE WHEN NOT sqlrag.says(r.keywords, erasure.words) THEN r.keywords END,
                description = CASE WHEN NOT sqlrag.says(r.description, erasure.words) THEN r.description END
            WHERE r.workspace_id = space AND sqlrag.says(concat_ws(E'\n', r.keywords, r.description), erasure.words)
            RETURNING r.relation_id, r.source_id
        ), vector AS (
            DELETE FROM sqlrag.relation_embeddings AS v USING emptied
            WHERE v.workspace_id = space AND v.relation_id = emptied.relation_id
        )
        SELECT 'relations', emptied.relation_id::text, 1::bigint, emptied.source_id FROM emptied;
    RETURN QUERY
        WITH told AS MATERIALIZED (
            SELECT e.entity_id, EXISTS (
                SELECT FROM sqlrag.mentions AS m WHERE m.workspace_id = space AND m.entity_id = e.entity_id
            ) AS is_mentioned
            FROM sqlrag.entities AS e
            WHERE e.workspace_id = space AND sqlrag.says(concat_ws(E'\n', e.name, e.type, e.description), erasure.words)
        ), emptied AS (
            UPDATE sqlrag.entities AS e
            SET name = CASE WHEN NOT sqlrag.says(e.name, erasure.words) THEN e.name END,
                type = CASE WHEN NOT sqlrag.says(e.type, erasure.words) THEN e.type END,
                description = CASE WHEN NOT sqlrag.says(e.description, erasure.words) THEN e.description END
            FROM told WHERE e.workspace_id = space AND e.entity_id = told.entity_id AND told.is_mentioned
        ), gone AS (
            DELETE FROM sqlrag.entities AS e USING told
            WHERE e.workspace_id = space AND e.entity_id = told.entity_id AND NOT told.is_mentioned
        ), vector AS (
            DELETE FROM sqlrag.entity_embeddings AS v USING told
            WHERE v.workspace_id = space AND v.entity_id = told.entity_id
        )
        SELECT 'entities', told.entity_id::text, 1::bigint, told.entity_id FROM told;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = space AND sqlrag.says(a.name_key, erasure.words)
            RETURNING a.entity_id, a.document_id
        )
        SELECT 'entity_aliases', concat_ws(' ', gone.entity_id, gone.document_id), 1::bigint, NULL::bigint FROM gone;
END;
$$;
