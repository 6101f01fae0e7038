-- The languages of the documents that one may read: of each audience by itself, or all others would be passed over.
CREATE FUNCTION sqlrag_readable.languages(workspace int) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE found AS (
            SELECT a.audience_id, (
                SELECT d.language FROM sqlrag.documents AS d
                WHERE d.workspace_id = workspace AND d.audience_id = a.audience_id ORDER BY d.language LIMIT 1
            ) AS language
            FROM unnest(sqlrag_readable.numbers(workspace)) AS a (audience_id)
            UNION ALL
            SELECT f.audience_id, (
                SELECT d.language FROM sqlrag.documents AS d
                WHERE d.workspace_id = workspace AND d.audience_id = f.audience_id AND d.language > f.language
                ORDER BY d.language LIMIT 1)
            FROM found AS f WHERE f.language IS NOT NULL
        ) SELECT DISTINCT f.language FROM found AS f WHERE f.language IS NOT NULL ORDER BY f.language);
END;
$$;
