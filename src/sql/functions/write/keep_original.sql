-- Keep the bytes of a document, once for all that share them.
CREATE OR REPLACE FUNCTION sqlrag.keep_original(workspace int, hash bytea, bytes bytea)
RETURNS void
-- A row that is there is locked, for one who deletes another document of these bytes to wait for this one.
LANGUAGE sql AS $$
    INSERT INTO sqlrag.originals AS o (workspace_id, content_sha256, content) VALUES (workspace, hash, bytes)
    ON CONFLICT (workspace_id, content_sha256) DO UPDATE SET content_sha256 = excluded.content_sha256
$$;
