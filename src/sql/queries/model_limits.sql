-- name: list_providers
SELECT endpoint, model, resource, per_minute, ready::float8, extract(epoch FROM closed_for)::float8 AS closed_for
FROM rag.providers
ORDER BY endpoint, model, resource
