-- How near two vectors are by a metric, more for nearer.
CREATE OR REPLACE FUNCTION sqlrag.similarity(metric text, one halfvec, other halfvec) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE metric WHEN 'cosine' THEN 1 - (one <=> other) WHEN 'ip' THEN -(one <#> other) ELSE -(one <-> other) END
$$;
