-- As sqlrag.expect_space, for who has just written with the writers' lock: volatile, so it sees a switch waited for.
CREATE OR REPLACE FUNCTION sqlrag.stays_in_space(workspace int, space int) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN sqlrag.expect_space(workspace, space);
END;
$$;
