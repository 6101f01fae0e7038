CREATE OR REPLACE FUNCTION rag.create_relation(
    workspace text, source_name text, target_name text, new_keywords text DEFAULT '', new_description text DEFAULT '',
    new_weight float8 DEFAULT 1, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.relation_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.create_relation(rag.workspace_id(workspace), source_name, target_name, new_keywords,
        new_description, new_weight, editor, embedding)
$$;
COMMENT ON FUNCTION rag.create_relation IS
    'Relate two entities by hand; the relation and both of them stay whatever documents say. '
    'Example: SELECT made.* FROM rag.entity(''default'', ''Ada Lovelace'') AS a, rag.entity(''default'', ''Charles '
    'Babbage'') AS b, rag.create_relation(''default'', a.name, b.name, ''colleague'') AS made';
