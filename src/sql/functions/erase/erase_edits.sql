-- Empties edits that tell of what is erased: who did something, and when, stays. Names that a person led nowhere and
-- relations that one deleted go, where nothing else knows their words.
CREATE OR REPLACE FUNCTION sqlrag.erase_edits(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH told AS MATERIALIZED (
        SELECT e.edit_id, concat_ws(E'\n', e.subject, sqlrag.json_values(e.before), sqlrag.json_values(e.after)) AS text
        FROM sqlrag.edits AS e
        WHERE e.workspace_id = erasure.workspace AND (e.before, e.after) IS DISTINCT FROM (NULL::jsonb, NULL::jsonb)
    ), emptied AS (
        UPDATE sqlrag.edits AS e SET subject = '', before = NULL, after = NULL
        FROM told
        WHERE e.workspace_id = erasure.workspace AND e.edit_id = told.edit_id AND sqlrag.is_trace(told.text, erasure)
        RETURNING e.edit_id
    ), dead AS (
        DELETE FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = erasure.workspace AND a.entity_id IS NULL AND sqlrag.is_trace(a.name_key, erasure)
        RETURNING a.edited_at, a.document_id
    ), forgotten AS (
        DELETE FROM sqlrag.forgotten_relations AS f
        WHERE f.workspace_id = erasure.workspace
            AND sqlrag.is_trace(concat_ws(E'\n', f.source_key, f.target_key), erasure)
        RETURNING f.edited_at
    )
    SELECT 'edits', edit_id::text, 1::bigint, NULL::bigint FROM emptied
    UNION ALL
    SELECT 'entity_aliases', extract(epoch FROM edited_at) || ' ' || document_id, 1, NULL FROM dead
    UNION ALL
    SELECT 'forgotten_relations', extract(epoch FROM edited_at)::text, 1, NULL FROM forgotten
$$;
