-- The texts in a JSON value, a line each: what somebody wrote, not what its keys are called.
CREATE OR REPLACE FUNCTION sqlrag.json_values(content jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(part.value #>> '{}', E'\n')
    FROM jsonb_path_query(content, 'strict $.**') AS part (value)
    WHERE jsonb_typeof(part.value) IN ('string', 'number')
$$;
