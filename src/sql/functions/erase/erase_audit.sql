-- Takes from the audit which questions and changes were about what is erased; that there were any stays.
CREATE OR REPLACE FUNCTION sqlrag.erase_audit(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH emptied AS (
        UPDATE sqlrag.audit AS a
        SET subject = NULL, question = NULL, document_ids = ARRAY(
            SELECT d.id FROM unnest(a.document_ids) WITH ORDINALITY AS d (id, place)
            WHERE d.id <> ALL (erasure.document_ids) ORDER BY d.place
        )
        WHERE a.workspace_id = erasure.workspace AND (
            a.document_ids && erasure.document_ids
            OR sqlrag.is_trace(concat_ws(E'\n', a.subject, a.question), erasure)
        )
        RETURNING a.audit_id
    )
    SELECT 'audit', audit_id::text, 1::bigint, NULL::bigint FROM emptied
$$;
