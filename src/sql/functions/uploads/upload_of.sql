-- What clients of OpenAI call a document: by the upload that it was made of, else by its own id.
CREATE OR REPLACE FUNCTION sqlrag.upload_of(source_key text, document_id bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN sqlrag.is_of_upload(source_key) THEN left(source_key, 37) ELSE 'file-' || document_id END
$$;
