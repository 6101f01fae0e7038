-- In how many seconds an amount flows in, where a tenth of a minute's amount may be taken at once: so that no minute
-- has more than its amount, the rest of it flows.
CREATE OR REPLACE FUNCTION sqlrag.seconds_of(amount float8, per_minute int) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT 60 * amount / (per_minute - sqlrag.at_once(per_minute) + 1)
$$;
