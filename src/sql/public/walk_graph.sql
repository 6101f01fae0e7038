CREATE OR REPLACE FUNCTION rag.walk_graph(
    workspace text, entities text[], hops int DEFAULT 1, beam int DEFAULT 100, fan int DEFAULT 30, filter jsonb DEFAULT
    NULL, scores float8[] DEFAULT NULL
)
RETURNS TABLE (name text, depth int, score float8, entity_id bigint, via_relation_id bigint, from_entity_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 AS $$
    WITH walked AS MATERIALIZED (
        SELECT w AS workspace_id, g.*
        FROM rag.workspace_id(workspace) AS w
        CROSS JOIN LATERAL sqlrag.walk_graph(w, ARRAY(
            SELECT sqlrag.find_entity(w, e.name) FROM unnest(entities) WITH ORDINALITY AS e (name, place)
            ORDER BY e.place
        ), hops, beam, fan, filter, scores) AS g
    )
    SELECT n.name, walked.depth, walked.score, entity_id, walked.via_relation_id, walked.from_entity_id
    FROM (SELECT w.workspace_id, array_agg(w.entity_id) AS ids FROM walked AS w GROUP BY w.workspace_id) AS found
    CROSS JOIN LATERAL sqlrag.name_entities(found.workspace_id, found.ids) AS n
    JOIN walked USING (entity_id)
    ORDER BY walked.depth, walked.score DESC, entity_id
$$;
COMMENT ON FUNCTION rag.walk_graph IS
    'The entities around some entities, strongest first, never twice through one; fan is how many edges of one are '
    'taken, beam how many entities of one depth. '
    'Example: SELECT * FROM rag.walk_graph(''default'', ARRAY[''Paul Graham''], 2)';
