-- What entities are called beside their names.
CREATE OR REPLACE FUNCTION sqlrag.aliases(workspace int, entity_ids bigint[])
RETURNS TABLE (entity_id bigint, aliases text[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    -- As documents write it, most frequent first; then what only an edit or a merge made a name of it.
    WITH written AS MATERIALIZED (
        SELECT m.entity_id, m.name, sqlrag.name_key(m.name) AS name_key, count(*) AS times
        FROM sqlrag.mentions AS m
        WHERE m.workspace_id = workspace AND m.entity_id = ANY (entity_ids)
        GROUP BY m.entity_id, m.name
    ), form AS (
        SELECT w.entity_id, w.name, w.times FROM written AS w
        UNION ALL
        SELECT a.entity_id, a.name_key, 0
        FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.entity_id = ANY (entity_ids)
            AND NOT EXISTS (SELECT FROM written AS w WHERE w.entity_id = a.entity_id AND w.name_key = a.name_key)
    ), named AS MATERIALIZED (
        SELECT n.entity_id, n.name, sqlrag.name_key(n.name) AS name_key
        FROM sqlrag.name_entities(workspace, entity_ids) AS n
    ), other AS (
        SELECT form.entity_id, form.name, max(form.times) AS times
        FROM form JOIN named USING (entity_id)
        WHERE form.name <> named.name AND (form.times > 0 OR form.name <> named.name_key)
        GROUP BY form.entity_id, form.name
    )
    SELECT named.entity_id, coalesce(array_agg(other.name ORDER BY other.times DESC, other.name COLLATE "C")
        FILTER (WHERE other.name IS NOT NULL), '{}')
    FROM named LEFT JOIN other USING (entity_id)
    GROUP BY named.entity_id
$$;
