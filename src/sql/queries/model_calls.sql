-- name: look_up_model_calls
-- What exchange_model_calls looks up, where nothing was made, and where nothing can be written.
SELECT asked.workspace_id, asked.key_sha256, call.response
FROM unnest($1::int[], $2::bytea[]) AS asked (workspace_id, key_sha256)
CROSS JOIN LATERAL (
    SELECT known.response FROM sqlrag.model_calls AS known
    WHERE known.workspace_id = asked.workspace_id AND known.key_sha256 = asked.key_sha256 AND known.response IS NOT NULL
    LIMIT 1
) AS call

-- name: exchange_model_calls
-- Record calls that were made and look up calls that are about to be: one round trip between rounds.
WITH recorded AS (
    INSERT INTO sqlrag.model_calls
        (workspace_id, source_key, key_sha256, purpose, model, response, error, prompt_tokens, completion_tokens,
        seconds, document_ids, entity_ids)
    SELECT made.* FROM unnest($1::sqlrag.new_model_call[]) AS made
)
SELECT asked.workspace_id, asked.key_sha256, call.response
FROM unnest($2::int[], $3::bytea[]) AS asked (workspace_id, key_sha256)
-- A look-up for each; a join would read all calls while the plan is older than they are.
CROSS JOIN LATERAL (
    SELECT known.response FROM sqlrag.model_calls AS known
    WHERE known.workspace_id = asked.workspace_id AND known.key_sha256 = asked.key_sha256 AND known.response IS NOT NULL
    LIMIT 1
) AS call
