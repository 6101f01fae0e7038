-- Whether the caller owns sqlrag, itself or as a member: no grant is asked for then.
CREATE OR REPLACE FUNCTION sqlrag.is_owner() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT pg_has_role(sqlrag.caller(), n.nspowner, 'USAGE') FROM pg_namespace AS n WHERE n.nspname = 'sqlrag'
$$;
