CREATE OR REPLACE VIEW rag.orphans WITH (security_invoker) AS
SELECT 'entity' AS kind, w.name AS workspace, e.entity_id AS id, (
    SELECT min(a.name_key) FROM sqlrag.entity_aliases AS a
    WHERE a.workspace_id = e.workspace_id AND a.entity_id = e.entity_id
) AS name, e.workspace_id
FROM sqlrag.entities AS e
JOIN sqlrag.workspaces AS w USING (workspace_id)
WHERE e.edited_by IS NULL
    AND NOT EXISTS (SELECT FROM sqlrag.mentions AS m
        WHERE m.workspace_id = e.workspace_id AND m.entity_id = e.entity_id)
    AND NOT EXISTS (SELECT FROM sqlrag.relations AS r
        WHERE r.workspace_id = e.workspace_id AND r.source_id = e.entity_id AND r.edited_by IS NOT NULL)
    AND NOT EXISTS (SELECT FROM sqlrag.relations AS r
        WHERE r.workspace_id = e.workspace_id AND r.target_id = e.entity_id AND r.edited_by IS NOT NULL)
UNION ALL
SELECT 'relation', w.name, r.relation_id, r.source_id || ' - ' || r.target_id, r.workspace_id
FROM sqlrag.relations AS r
JOIN sqlrag.workspaces AS w USING (workspace_id)
WHERE r.edited_by IS NULL
    AND NOT EXISTS (SELECT FROM sqlrag.evidence AS v
        WHERE v.workspace_id = r.workspace_id AND v.relation_id = r.relation_id)
UNION ALL
SELECT 'alias', w.name, a.entity_id, a.name_key, a.workspace_id
FROM sqlrag.entity_aliases AS a
JOIN sqlrag.workspaces AS w USING (workspace_id)
WHERE a.entity_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM sqlrag.entities AS e
        WHERE e.workspace_id = a.workspace_id AND e.entity_id = a.entity_id);
COMMENT ON VIEW rag.orphans IS
    'Entities without mentions and relations without evidence that no person made, and aliases of what is not there:'
    ' always empty.';
COMMENT ON COLUMN rag.orphans.id IS 'The entity or relation; of an alias, the entity it should lead to.';
