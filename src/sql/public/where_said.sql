CREATE OR REPLACE FUNCTION rag.where_said(workspace text, entity text, k int DEFAULT 100)
RETURNS TABLE (document text, title text, page int, quote text, chunk_id bigint, char_start int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT * FROM sqlrag.where_said((SELECT rag.workspace_id(workspace)), entity, k)
$$;
COMMENT ON FUNCTION rag.where_said(text, text, int) IS
    'Where documents speak of an entity, first where they are about it: document, page, quote. '
    'Example: SELECT document, page, quote FROM rag.where_said(''default'', ''Paul Graham'')';
