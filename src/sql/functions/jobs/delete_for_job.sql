-- Deletes a document together with the end of the job that asked for it; returns its id, NULL where it was not there.
-- call: SELECT sqlrag.delete_for_job($1, $2, $3) AS document_id
CREATE OR REPLACE FUNCTION sqlrag.delete_for_job(workspace int, key text, job sqlrag.held_job) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    deleted_id bigint;
BEGIN
    -- In a step of its own: the next one sees what was written while this one waited.
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
    DELETE FROM sqlrag.documents AS d WHERE d.workspace_id = workspace AND d.source_key = key
    RETURNING d.document_id INTO deleted_id;
    PERFORM sqlrag.finish_job(job, jsonb_build_object('document_id', deleted_id));
    IF deleted_id IS NOT NULL THEN
        PERFORM sqlrag.enqueue_upkeep(workspace);
    END IF;
    RETURN deleted_id;
END;
$$;
