-- Takes the names from audiences that no document has any more, or of principals that say words. The number stays: a
-- reader who has been told which he may read must not find another audience under it.
CREATE OR REPLACE FUNCTION sqlrag.erase_audiences(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH emptied AS (
        UPDATE sqlrag.audiences AS a
        SET principals = CASE WHEN EXISTS (
            SELECT FROM sqlrag.documents AS d
            WHERE d.workspace_id = a.workspace_id AND d.audience_id = a.audience_id
        ) THEN ARRAY(
            SELECT CASE WHEN sqlrag.says(name, erasure.words) THEN 'erased-' || a.audience_id ELSE name END
            FROM unnest(a.principals) AS name ORDER BY 1
        ) ELSE ARRAY['erased-' || a.audience_id] END
        WHERE a.workspace_id = erasure.workspace AND a.principals <> ARRAY['erased-' || a.audience_id]
            AND (sqlrag.says(array_to_string(a.principals, E'\n'), erasure.words) OR NOT EXISTS (
                SELECT FROM sqlrag.documents AS d
                WHERE d.workspace_id = a.workspace_id AND d.audience_id = a.audience_id))
        RETURNING a.audience_id
    )
    SELECT 'audiences', audience_id::text, 1::bigint, NULL::bigint FROM emptied
$$;
