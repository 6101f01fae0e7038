-- The shortest alias of an entity, in the form in which aliases are looked up.
CREATE OR REPLACE FUNCTION sqlrag.shortest_alias(workspace int, entity bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT a.name_key FROM sqlrag.entity_aliases AS a
    WHERE a.workspace_id = workspace AND a.entity_id = entity
    ORDER BY length(a.name_key), a.name_key LIMIT 1
$$;
