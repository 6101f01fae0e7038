-- The languages of the documents of a workspace.
CREATE OR REPLACE FUNCTION sqlrag.languages(workspace int) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(
        -- A loose index scan: one look-up per language instead of one row per document.
        WITH RECURSIVE found AS (
            (SELECT d.language FROM sqlrag.documents AS d
            WHERE d.workspace_id = workspace ORDER BY d.language LIMIT 1)
            UNION ALL
            SELECT (SELECT d.language FROM sqlrag.documents AS d
                WHERE d.workspace_id = workspace AND d.language > f.language ORDER BY d.language LIMIT 1)
            FROM found AS f WHERE f.language IS NOT NULL
        ) SELECT f.language FROM found AS f WHERE f.language IS NOT NULL);
END;
$$;
