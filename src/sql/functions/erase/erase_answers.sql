-- Deletes the answers that are kept: after an erasure of documents none of them would be given again.
CREATE OR REPLACE FUNCTION sqlrag.erase_answers(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM sqlrag.answers AS a
        WHERE a.workspace_id = erasure.workspace AND (
            erasure.document_ids <> '{}'
            OR sqlrag.says(concat_ws(E'\n', a.question, sqlrag.json_values(a.answer)), erasure.words)
        )
        RETURNING a.version, a.created_at
    )
    SELECT 'answers', version || ' ' || extract(epoch FROM created_at), 1::bigint, NULL::bigint FROM gone
$$;
