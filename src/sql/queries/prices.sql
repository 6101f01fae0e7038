-- name: list_prices
SELECT p.model, p.dollars_in::float8 AS dollars_in, p.dollars_out::float8 AS dollars_out
FROM sqlrag.prices AS p
WHERE p.model = ANY ($1::text[])

-- name: measure_replies
-- Of a model that extracts: how many tokens it has written for a call so far.
SELECT avg(k.completion_tokens)::float8
FROM sqlrag.model_calls AS k
WHERE k.workspace_id = $1 AND k.purpose IN ('extract', 'glean') AND k.model = $2 AND k.completion_tokens IS NOT NULL

-- name: release_jobs
-- What was put off since nothing was left to spend is tried again.
WITH released AS (
    UPDATE sqlrag.jobs AS j
    SET run_after = clock_timestamp(), changed_at = clock_timestamp()
    WHERE j.workspace_id = $1 AND j.status = 'waiting' AND j.error_kind = 'budget-spent'
    RETURNING j.job_id
)
SELECT pg_notify('sqlrag_work', '') FROM released LIMIT 1
