-- Takes so many tokens more than were thought to be needed, fewer where it is negative: what a call has really used.
-- call: SELECT sqlrag.correct_tokens($1, $2, $3)
CREATE OR REPLACE FUNCTION sqlrag.correct_tokens(called_endpoint text, called_model text, more int) RETURNS void
LANGUAGE sql AS $$
    UPDATE sqlrag.model_limits AS l
    SET empty_at = l.empty_at + make_interval(secs => sqlrag.seconds_of(more, l.per_minute))
    WHERE l.endpoint = called_endpoint AND l.model = called_model AND l.resource = 'tokens'
$$;
