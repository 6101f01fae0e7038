CREATE OR REPLACE FUNCTION rag.named_entities(workspace text, words text)
RETURNS TABLE (entity_id bigint, name_key text, place int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 AS $$
    SELECT * FROM sqlrag.named_entities(rag.workspace_id(workspace), words)
$$;
COMMENT ON FUNCTION rag.named_entities IS
    'The entities that a text names, longest names first, in the order in which it names them. '
    'Example: SELECT * FROM rag.named_entities(''default'', ''Who founded Viaweb?'')';
