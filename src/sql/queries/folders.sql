-- name: list_source_keys
-- Those that begin with a text.
SELECT source_key FROM sqlrag.documents WHERE workspace_id = $1 AND starts_with(source_key, $2) ORDER BY source_key
