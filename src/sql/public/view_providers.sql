CREATE OR REPLACE VIEW rag.providers WITH (security_invoker) AS
SELECT l.endpoint, l.model, l.resource, l.per_minute,
    floor(least(
        sqlrag.at_once(l.per_minute),
        extract(epoch FROM clock_timestamp() - l.empty_at)::float8 / sqlrag.seconds_of(1, l.per_minute)
    ))::bigint AS ready,
    greatest(l.empty_at - clock_timestamp(), interval '0') AS closed_for
FROM sqlrag.model_limits AS l;
COMMENT ON VIEW rag.providers IS
    'What may be called of a model in a minute by all, of that how much at once now (negative: taken ahead), and how '
    'long until something may again.';
