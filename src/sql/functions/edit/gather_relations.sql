-- Gather evidence, edits and weights of relations in those that are kept.
CREATE OR REPLACE FUNCTION sqlrag.gather_relations(workspace int, ids bigint[], keepers bigint[]) RETURNS void
LANGUAGE sql AS $$
    -- What one chunk says of several is put together as ingestion puts it together.
    INSERT INTO sqlrag.evidence (
        workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight, audience_id
    )
    SELECT workspace, m.keeper_id, v.chunk_id, (array_agg(v.is_reversed ORDER BY v.weight DESC, v.relation_id))[1],
        coalesce(string_agg(DISTINCT nullif(v.keywords, ''), ', '), ''),
        coalesce(string_agg(DISTINCT nullif(v.description, ''), ' '), ''), sum(v.weight),
        min(v.audience_id)
    FROM unnest(ids, keepers) AS m (id, keeper_id)
    JOIN sqlrag.evidence AS v ON v.workspace_id = workspace AND v.relation_id = m.id
    GROUP BY m.keeper_id, v.chunk_id
    HAVING bool_or(m.id <> m.keeper_id)
    ON CONFLICT (workspace_id, relation_id, chunk_id) DO UPDATE SET
        is_reversed = excluded.is_reversed, keywords = excluded.keywords, description = excluded.description,
        weight = excluded.weight;
    -- Of what people set, the latest; a weight that one of them set is added to the others'.
    UPDATE sqlrag.relations AS r
    SET keywords = g.keywords, description = g.description, is_reversed = g.is_reversed,
        edited_weight = g.edited_weight, edited_by = g.edited_by, edited_at = g.edited_at,
        weight = coalesce(g.edited_weight, (
            SELECT sum(v.weight) FROM sqlrag.evidence AS v
            WHERE v.workspace_id = workspace AND v.relation_id = g.keeper_id
        ), 0)
    FROM (
        SELECT m.keeper_id,
            (array_agg(o.keywords ORDER BY o.edited_at DESC) FILTER (WHERE o.keywords IS NOT NULL))[1] AS keywords,
            (array_agg(o.description ORDER BY o.edited_at DESC)
                FILTER (WHERE o.description IS NOT NULL))[1] AS description,
            (array_agg(o.is_reversed ORDER BY o.edited_at DESC)
                FILTER (WHERE o.is_reversed IS NOT NULL))[1] AS is_reversed,
            CASE WHEN count(o.edited_weight) > 0 THEN sum(o.weight) END AS edited_weight,
            (array_agg(o.edited_by ORDER BY o.edited_at DESC NULLS LAST))[1] AS edited_by, max(o.edited_at) AS edited_at
        FROM unnest(ids, keepers) AS m (id, keeper_id)
        JOIN sqlrag.relations AS o ON o.workspace_id = workspace AND o.relation_id = m.id
        GROUP BY m.keeper_id
    ) AS g
    WHERE r.workspace_id = workspace AND r.relation_id = g.keeper_id;
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT DISTINCT ON (m.keeper_id, v.space_id) workspace, m.keeper_id, v.space_id, v.embedding
    FROM unnest(ids, keepers) AS m (id, keeper_id)
    JOIN sqlrag.relation_embeddings AS v ON v.workspace_id = workspace AND v.relation_id = m.id
    WHERE m.id <> m.keeper_id
    ORDER BY m.keeper_id, v.space_id, m.id
    ON CONFLICT DO NOTHING
$$;
