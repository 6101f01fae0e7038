-- Deletes jobs of documents, and jobs whose arguments, results or errors held what is erased; one in work ends.
CREATE OR REPLACE FUNCTION sqlrag.erase_jobs(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM sqlrag.jobs AS j
        WHERE j.workspace_id = erasure.workspace AND (
            j.arguments ->> 'source_key' = ANY (erasure.source_keys)
            OR sqlrag.says(concat_ws(E'\n', sqlrag.json_values(j.arguments), sqlrag.json_values(j.result),
                -- Whose keys are somebody's, too.
                sqlrag.plain_json(j.arguments -> 'metadata'), sqlrag.plain_bytes(j.input), j.error, j.deduplication_key
            ), erasure.words)
            -- A question: what was shown, what stood in the prompt, and what it says itself.
            OR j.kind = 'query' AND (
                EXISTS (
                    SELECT FROM jsonb_path_query(j.result, '$.**.document_id') AS shown (id)
                    WHERE shown.id = ANY (ARRAY(SELECT to_jsonb(d.id) FROM unnest(erasure.document_ids) AS d (id)))
                )
                OR j.result #> '{read,document_ids}' @> ANY (
                    ARRAY(SELECT to_jsonb(d.id) FROM unnest(erasure.document_ids) AS d (id)))
                OR j.result #> '{read,entity_ids}' @> ANY (
                    ARRAY(SELECT to_jsonb(e.id) FROM unnest(erasure.entity_ids) AS e (id)))
                OR sqlrag.is_trace(concat_ws(E'\n', sqlrag.json_values(j.arguments), sqlrag.json_values(j.result),
                    j.error), erasure)
            )
        )
        RETURNING j.job_id
    )
    SELECT 'jobs', job_id::text, 1::bigint, NULL::bigint FROM gone
$$;
