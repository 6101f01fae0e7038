-- Whether a key may be used: active, expired or revoked.
CREATE OR REPLACE FUNCTION sqlrag.key_status(expires_at timestamptz, revoked_at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN revoked_at <= now() THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END
$$;
