-- Lets nobody call a model for some seconds, as its endpoint has asked for.
-- call: SELECT sqlrag.close_model($1, $2, $3)
CREATE OR REPLACE FUNCTION sqlrag.close_model(called_endpoint text, called_model text, seconds float8) RETURNS void
LANGUAGE sql AS $$
    UPDATE sqlrag.model_limits AS l
    SET empty_at = greatest(l.empty_at, clock_timestamp() + make_interval(secs => seconds))
    FROM (
        -- In the order in which they are taken.
        SELECT k.resource FROM sqlrag.model_limits AS k
        WHERE k.endpoint = called_endpoint AND k.model = called_model
        ORDER BY k.resource FOR UPDATE
    ) AS closed
    WHERE l.endpoint = called_endpoint AND l.model = called_model AND l.resource = closed.resource
$$;
