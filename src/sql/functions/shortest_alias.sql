-- The shortest alias of an entity, in the form in which aliases are looked up.
-- call: SELECT rag.shortest_alias($1, $2)
CREATE OR REPLACE FUNCTION rag.shortest_alias(workspace int, entity bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT a.name_key FROM sqlrag.entity_aliases AS a
    WHERE a.workspace_id = workspace AND a.entity_id = entity
    ORDER BY length(a.name_key), a.name_key LIMIT 1
$$;
COMMENT ON FUNCTION rag.shortest_alias IS 'The shortest alias of an entity. Example: SELECT rag.shortest_alias(1, 1)';
