-- Before vectors of a space are written: until the transaction ends the workspace stays in it, and nobody else writes.
-- call: SELECT sqlrag.hold_space($1, $2)
CREATE OR REPLACE FUNCTION sqlrag.hold_space(workspace int, space int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
    PERFORM sqlrag.expect_space(workspace, space);
END;
$$;
