-- What is related again is not forgotten any more.
CREATE OR REPLACE FUNCTION sqlrag.lift_forgotten(workspace int, entity bigint) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM sqlrag.forgotten_relations AS f
    USING sqlrag.entity_aliases AS own, sqlrag.entity_aliases AS other, sqlrag.relations AS r
    WHERE own.workspace_id = workspace AND own.entity_id = entity AND own.document_id = 0
        AND f.workspace_id = workspace AND own.name_key IN (f.source_key, f.target_key)
        AND other.workspace_id = workspace AND other.document_id = 0
        AND other.name_key = CASE own.name_key WHEN f.source_key THEN f.target_key ELSE f.source_key END
        AND r.workspace_id = workspace
        AND r.source_id = least(entity, other.entity_id) AND r.target_id = greatest(entity, other.entity_id)
$$;
