CREATE OR REPLACE FUNCTION rag.delete_relation(
    workspace text, source_name text, target_name text, editor text DEFAULT current_user
)
RETURNS TABLE (source text, target text, evidence int)
LANGUAGE sql ROWS 1 AS $$
    SELECT * FROM sqlrag.delete_relation(rag.workspace_id(workspace), source_name, target_name, editor)
$$;
COMMENT ON FUNCTION rag.delete_relation IS
    'Delete a relation; documents that speak of it do not bring it back, rag.create_relation does. '
    'Example: SELECT gone.* FROM rag.neighbours(''default'', ''Viaweb'') AS n, rag.delete_relation(''default'', '
    '''Viaweb'', n.name) AS gone';
