-- Deletes the answers that wait to be given again: all of the workspace where documents go, since any may be of them,
-- and of others what says the words. What is still in work is not kept when it is done.
CREATE OR REPLACE FUNCTION sqlrag.erase_replies(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM sqlrag.replies AS r
        WHERE r.workspace_id = erasure.workspace AND (
                r.status IS NULL OR erasure.document_ids <> '{}' OR erasure.source_keys <> '{}'
            )
            OR (r.workspace_id = erasure.workspace OR r.workspace_id IS NULL)
            AND sqlrag.is_trace(regexp_replace(r.body, '\\[nrtbf"\\]', ' ', 'g'), erasure)
        RETURNING r.reply_id
    )
    SELECT 'replies', encode(reply_id, 'hex'), 1::bigint, NULL::bigint FROM gone
$$;
