-- name: exchange_model_calls
-- Record calls that were made and look up calls that are about to be: one round trip between rounds.
WITH recorded AS (
    INSERT INTO sqlrag.model_calls
        (workspace_id, source_key, key_sha256, purpose, model, response, error, prompt_tokens, completion_tokens, seconds)
    SELECT $1, $2, made.*
    FROM unnest($3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[], $10::float8[]) AS made
)
SELECT DISTINCT ON (asked.key_sha256) asked.key_sha256, call.response
FROM unnest($11::bytea[]) AS asked (key_sha256)
JOIN sqlrag.model_calls AS call
    ON call.workspace_id = $1 AND call.key_sha256 = asked.key_sha256 AND call.response IS NOT NULL
ORDER BY asked.key_sha256, call.call_id
