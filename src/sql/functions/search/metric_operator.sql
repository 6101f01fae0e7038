-- The operator of pgvector whose result is smaller the nearer two vectors are by a metric.
CREATE OR REPLACE FUNCTION sqlrag.metric_operator(metric text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT CASE metric WHEN 'cosine' THEN '<=>' WHEN 'ip' THEN '<#>' WHEN 'l2' THEN '<->' END
$$;
