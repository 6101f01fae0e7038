CREATE OR REPLACE FUNCTION rag.where_said(workspace text, source text, target text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 AS $$
    SELECT * FROM sqlrag.where_said_relation((SELECT rag.workspace_id(workspace)), source, target, k)
$$;
COMMENT ON FUNCTION rag.where_said(text, text, text, int) IS
    'Where documents relate two entities, the strongest evidence first. '
    'Example: SELECT document, page, quote FROM rag.where_said(''default'', ''Paul Graham'', ''Viaweb''::text)';
