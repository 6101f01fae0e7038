-- Change who may read a document; an empty list is everybody. Returns the readers, no row where there is no document.
-- call: SELECT * FROM sqlrag.share_document($1, $2, $3)
CREATE OR REPLACE FUNCTION sqlrag.share_document(workspace int, document bigint, readers text[])
RETURNS TABLE (document_id bigint)
LANGUAGE plpgsql ROWS 1 AS $$
BEGIN
    -- As whoever takes something away: what is written of the document meanwhile would keep the old readers.
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
    PERFORM sqlrag.move_document(workspace, document, sqlrag.claim_audience(workspace, readers));
    RETURN QUERY
        UPDATE sqlrag.documents AS d SET revision = d.revision + 1, updated_at = now()
        WHERE d.workspace_id = workspace AND d.document_id = document
        RETURNING d.document_id;
END;
$$;
