-- Opens the schemas to those who have a valid grant, or to one of them, by all that they are granted.
CREATE OR REPLACE FUNCTION sqlrag.open_to_granted(grantee name DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
    SELECT sqlrag.open_schemas(g.grantee, bool_or(g.role = 'server'))
    FROM sqlrag.grants AS g
    JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee_oid AND r.rolname = g.grantee
    WHERE open_to_granted.grantee IS NULL OR g.grantee = open_to_granted.grantee
    GROUP BY g.grantee
$$;
