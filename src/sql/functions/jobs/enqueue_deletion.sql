-- Has a document deleted in the background, after what is to be done with it before; returns the id of the job.
-- example: SELECT rag.enqueue_deletion('default', 'articles/1')
CREATE OR REPLACE FUNCTION sqlrag.enqueue_deletion(workspace int, source_key text) RETURNS bigint
LANGUAGE sql AS $$
    SELECT * FROM sqlrag.enqueue(workspace, ARRAY[(
        'delete', 'document:' || source_key, NULL, NULL, NULL, NULL,
        jsonb_build_object('source_key', source_key), NULL
    )::sqlrag.new_job])
$$;
