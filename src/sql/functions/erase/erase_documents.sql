-- Takes documents away with all that is made of them, and what only they mention, also where a person edited it.
CREATE OR REPLACE FUNCTION sqlrag.erase_documents(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE plpgsql AS $$
DECLARE
    space int := erasure.workspace;
    hashes bytea[] := ARRAY(
        SELECT o.content_sha256
        FROM sqlrag.originals AS o JOIN sqlrag.documents AS d USING (workspace_id, content_sha256)
        WHERE d.workspace_id = space AND d.document_id = ANY (erasure.document_ids)
    );
BEGIN
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.documents AS d
            WHERE d.workspace_id = space AND d.document_id = ANY (erasure.document_ids)
            RETURNING d.document_id
        )
        SELECT 'documents', gone.document_id::text, 1::bigint, NULL::bigint FROM gone;
    -- Triggers have taken what no other document has.
    RETURN QUERY
        SELECT 'originals', encode(h.hash, 'hex'), 1::bigint, NULL::bigint FROM unnest(hashes) AS h (hash)
        WHERE NOT EXISTS (
            SELECT FROM sqlrag.originals AS o WHERE o.workspace_id = space AND o.content_sha256 = h.hash
        );
END;
$$;
