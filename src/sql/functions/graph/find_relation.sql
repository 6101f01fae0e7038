-- The relation of the entities that two names stand for; NULL when there is none.
CREATE OR REPLACE FUNCTION sqlrag.find_relation(workspace int, source text, target text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE STRICT AS $$
    WITH asked AS MATERIALIZED (
        SELECT sqlrag.find_entity(workspace, source) AS one, sqlrag.find_entity(workspace, target) AS other
    )
    SELECT r.relation_id
    FROM asked
    JOIN sqlrag.relations AS r ON r.workspace_id = workspace
        AND r.source_id = least(asked.one, asked.other) AND r.target_id = greatest(asked.one, asked.other)
$$;
