-- Says for this transaction who reads a workspace by the functions of schema sqlrag_readable: principals, who may read
-- what is for any of them and what is for everybody; and which key or token it is.
-- call: SELECT sqlrag.read_as($1, $2, $3)
CREATE OR REPLACE FUNCTION sqlrag.read_as(workspace text, principals text[], asker text) RETURNS text
LANGUAGE sql AS $$
    -- A bit for each audience, by its number; the last, which stands for those that come later, is nobody's. Then the
    -- share of the chunks that is readable.
    SELECT set_config('sqlrag.reads', coalesce(w.workspace_id, 0) || ' 1' || coalesce((
        SELECT string_agg(CASE WHEN a.principals && read_as.principals THEN '1' ELSE '0' END, '' ORDER BY place)
        FROM generate_series(1, (
            SELECT max(known.audience_id) FROM sqlrag.audiences AS known WHERE known.workspace_id = w.workspace_id
        )) AS place
        LEFT JOIN sqlrag.audiences AS a ON a.workspace_id = w.workspace_id AND a.audience_id = place
    ), '') || '0 ' || coalesce((
        SELECT round(sum(t.chunks) FILTER (WHERE t.audience_id = 0 OR a.principals && read_as.principals)
            / nullif(sum(t.chunks), 0), 4)
        FROM sqlrag.workspace_totals AS t
        LEFT JOIN sqlrag.audiences AS a ON a.workspace_id = w.workspace_id AND a.audience_id = t.audience_id
        WHERE t.workspace_id = w.workspace_id
    ), 0), true) || set_config(
        'sqlrag.asker', jsonb_build_object('principals', read_as.principals, 'key', asker)::text, true)
    FROM (SELECT (SELECT w.workspace_id FROM sqlrag.workspaces AS w WHERE w.name = read_as.workspace)) AS w
$$;
