CREATE OR REPLACE FUNCTION rag.edit_relation(
    workspace text, source_name text, target_name text, new_keywords text DEFAULT NULL, new_description text DEFAULT
    NULL, new_weight float8 DEFAULT NULL, editor text DEFAULT current_user, embedding halfvec DEFAULT NULL
)
RETURNS SETOF sqlrag.relation_details
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.edit_relation(rag.workspace_id(workspace), source_name, target_name, new_keywords,
        new_description, new_weight, editor, embedding)
$$;
COMMENT ON FUNCTION rag.edit_relation IS
    'Change the keywords, description or weight of a relation; NULL leaves one as it is. '
    'Example: SELECT edited.* FROM rag.neighbours(''default'', ''Viaweb'') AS n, rag.edit_relation(''default'', '
    '''Viaweb'', n.name, new_weight => 2 * n.weight) AS edited';
