-- Takes one request of each of some resources of a key, or of none of them where any is used up: what is left of each,
-- in how many seconds all of it is there again, and how many one has to wait.
CREATE OR REPLACE FUNCTION sqlrag.take_requests(taker int, resources text[], limits int[])
RETURNS TABLE (resource text, per_minute int, remaining int, full_in float8, wait float8)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    asked_at timestamptz;
BEGIN
    INSERT INTO sqlrag.key_limits (key_id, resource, full_at)
    SELECT taker, r.resource, now() FROM unnest(resources) AS r (resource)
    ON CONFLICT DO NOTHING;
    -- One after another, also at other servers, so that no two take the last.
    PERFORM FROM sqlrag.key_limits AS l
    WHERE l.key_id = taker AND l.resource = ANY (resources)
    ORDER BY l.resource FOR NO KEY UPDATE;
    asked_at := clock_timestamp();
    RETURN QUERY
        WITH asked AS (
            -- In seconds of what flows in.
            SELECT a.resource, a.per_minute, a.place, 60.0::float8 / a.per_minute AS price,
                greatest(0, extract(epoch FROM l.full_at - asked_at))::float8 AS taken
            FROM unnest(resources, limits) WITH ORDINALITY AS a (resource, per_minute, place)
            JOIN sqlrag.key_limits AS l ON l.key_id = taker AND l.resource = a.resource
        ), judged AS (
            SELECT a.*, greatest(0, a.taken + a.price - 60) AS wait FROM asked AS a
        ), granted AS (
            UPDATE sqlrag.key_limits AS l SET full_at = asked_at + make_interval(secs => j.taken + j.price)
            FROM judged AS j
            WHERE l.key_id = taker AND l.resource = j.resource AND NOT EXISTS (SELECT FROM judged WHERE wait > 0)
            RETURNING l.resource, j.price
        ), spent AS (
            SELECT j.*, j.taken + coalesce(g.price, 0) AS seconds
            FROM judged AS j
            LEFT JOIN granted AS g USING (resource)
        )
        -- What flows in is counted in microseconds, of which a whole request may lack some.
        SELECT s.resource, s.per_minute, floor(greatest(0, 60 - s.seconds) / s.price + 0.001)::int, s.seconds, s.wait
        FROM spent AS s
        ORDER BY s.place;
END;
$$;
