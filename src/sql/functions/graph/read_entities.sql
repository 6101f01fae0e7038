-- What entities are: as edited, else by vote of their latest two hundred mentions; a summary comes before descriptions.
CREATE OR REPLACE FUNCTION sqlrag.read_entities(
    workspace int, entity_ids bigint[], filter jsonb, few bigint[] DEFAULT NULL
)
RETURNS TABLE (entity_id bigint, name text, type text, description text, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 40 AS $$
    SELECT e.entity_id,
        -- What a person made may have no mention; it has an alias at least.
        coalesce(e.name, sqlrag.most_frequent(said.names), (
            SELECT a.name_key FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace AND a.entity_id = e.entity_id
            ORDER BY length(a.name_key), a.name_key LIMIT 1)),
        coalesce(e.type, sqlrag.most_frequent(said.types), 'concept'),
        -- A summary may hold what a filter forbids, and one of other descriptions than today's is old.
        coalesce(e.description, (
            SELECT s.summary FROM sqlrag.entity_summaries AS s
            WHERE filter IS NULL AND s.workspace_id = workspace AND s.entity_id = e.entity_id
                AND s.inputs_sha256 = sqlrag.inputs_sha256(workspace, 'entity', s.entity_id)
        ), sqlrag.join_descriptions(said.descriptions[:100]), ''),
        CASE WHEN said.count < 200 THEN said.count
            WHEN few IS NULL THEN (SELECT count(*) FROM sqlrag.permitted_mentions(workspace, e.entity_id, filter))
            ELSE (SELECT count(*) FROM sqlrag.mentions AS m WHERE m.workspace_id = workspace
                AND m.entity_id = e.entity_id AND m.chunk_id = ANY (few)) END::int
    FROM sqlrag.entities AS e
    -- A hub may have a hundred thousand: beyond two hundred they are only counted, and a hundred texts are
    -- as much as is shown.
    CROSS JOIN LATERAL (
        SELECT array_agg(late.name) AS names, array_agg(late.type) AS types,
            array_agg(late.description) FILTER (WHERE late.description <> '') AS descriptions, count(*) AS count
        FROM (
            (SELECT m.name, m.type, m.description FROM sqlrag.permitted_mentions(workspace, e.entity_id, filter) AS m
            WHERE few IS NULL ORDER BY m.chunk_id DESC LIMIT 200)
            UNION ALL
            -- Chunks that are known are looked up: a hub would be read to its end for those among its mentions.
            (SELECT m.name, m.type, m.description FROM sqlrag.mentions AS m
            WHERE m.workspace_id = workspace AND m.entity_id = e.entity_id AND m.chunk_id = ANY (few)
            ORDER BY m.chunk_id DESC LIMIT 200)
        ) AS late
    ) AS said
    WHERE e.workspace_id = workspace AND e.entity_id = ANY (entity_ids) AND (filter IS NULL OR said.count > 0)
$$;
