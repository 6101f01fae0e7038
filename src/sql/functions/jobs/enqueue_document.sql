-- Has a document ingested in the background, in the transaction of its caller; returns the id of the job.
-- example: SELECT rag.enqueue_document('default', 'articles/1', 'The harbour was rebuilt in 1921.', title => 'Harbour')
CREATE OR REPLACE FUNCTION sqlrag.enqueue_document(
    workspace int, source_key text, content text, title text DEFAULT NULL, metadata jsonb DEFAULT '{}',
    tags text[] DEFAULT '{}', media_type text DEFAULT 'text/plain', language text DEFAULT NULL
)
RETURNS bigint
LANGUAGE sql AS $$
    SELECT * FROM sqlrag.enqueue(workspace, ARRAY[(
        'ingest', 'document:' || source_key, NULL, NULL, NULL, NULL, jsonb_build_object(
            'source_key', source_key, 'file_name', source_key, 'media_type', media_type, 'title', coalesce(title, ''),
            'language', language, 'metadata', coalesce(metadata, '{}'), 'tags', to_jsonb(coalesce(tags, '{}'))
        ), convert_to(content, 'UTF8')
    )::sqlrag.new_job])
$$;
