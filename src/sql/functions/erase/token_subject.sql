-- Whom a token was of, out of issuer#subject; of what is no token, all of it.
CREATE OR REPLACE FUNCTION sqlrag.token_subject(who text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN substr(who, strpos(who, '#') + 1);
