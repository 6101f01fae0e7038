-- Takes what a call of a model needs of what all may call in a minute; returns in how many seconds it may begin. Where
-- that is longer than its caller would wait, nothing is taken.
-- call: SELECT sqlrag.take_tokens($1, $2, $3, $4, $5, $6)
CREATE OR REPLACE FUNCTION sqlrag.take_tokens(
    called_endpoint text, called_model text, requests int, tokens int, needed int, patience float8
)
RETURNS float8
LANGUAGE sql AS $$
    WITH wanted AS (
        -- In seconds of what flows in: the price, what of it has to be there, and what is there at most.
        SELECT w.resource, w.per_minute, sqlrag.seconds_of(w.amount, w.per_minute) AS price,
            -- A call that needs more than ever is there does not wait for all of it: the next ones do.
            sqlrag.seconds_of(least(w.amount, sqlrag.at_once(w.per_minute)), w.per_minute) AS ready,
            sqlrag.seconds_of(sqlrag.at_once(w.per_minute), w.per_minute) AS most
        FROM (VALUES ('requests', requests, 1), ('tokens', tokens, needed)) AS w (resource, per_minute, amount)
        WHERE w.per_minute IS NOT NULL
    ), expected AS (
        SELECT max(w.ready + greatest(-w.most, extract(epoch FROM l.empty_at - clock_timestamp())::float8)) AS wait
        FROM wanted AS w
        LEFT JOIN sqlrag.model_limits AS l
            ON l.endpoint = called_endpoint AND l.model = called_model AND l.resource = w.resource
    ), taken AS (
        INSERT INTO sqlrag.model_limits AS l (endpoint, model, resource, per_minute, empty_at)
        SELECT called_endpoint, called_model, w.resource, w.per_minute,
            clock_timestamp() + make_interval(secs => w.price - w.most)
        FROM wanted AS w CROSS JOIN expected AS e
        WHERE e.wait <= patience
        ORDER BY w.resource
        ON CONFLICT (endpoint, model, resource) DO UPDATE
        SET per_minute = excluded.per_minute, empty_at = greatest(
            l.empty_at + make_interval(secs => (SELECT w.price FROM wanted AS w WHERE w.resource = l.resource)),
            excluded.empty_at
        )
        RETURNING l.resource, extract(epoch FROM l.empty_at - clock_timestamp())::float8 AS empty_in
    )
    SELECT greatest(0, coalesce(max(w.ready - w.price + t.empty_in), e.wait))
    FROM expected AS e
    LEFT JOIN (taken AS t JOIN wanted AS w USING (resource)) ON true
    GROUP BY e.wait
$$;
