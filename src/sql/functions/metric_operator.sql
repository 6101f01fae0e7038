-- The operator of pgvector whose result is smaller the nearer two vectors are by a metric.
-- call: SELECT rag.metric_operator($1)
CREATE OR REPLACE FUNCTION rag.metric_operator(metric text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT CASE metric WHEN 'cosine' THEN '<=>' WHEN 'ip' THEN '<#>' WHEN 'l2' THEN '<->' END
$$;
COMMENT ON FUNCTION rag.metric_operator IS 'The operator of a metric: cosine, ip or l2. Example: SELECT rag.metric_operator(''ip'')';
