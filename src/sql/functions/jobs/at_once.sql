-- How much of what may be called in a minute may be called at once.
CREATE OR REPLACE FUNCTION sqlrag.at_once(per_minute int) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(1, per_minute / 10.0)::float8
$$;
