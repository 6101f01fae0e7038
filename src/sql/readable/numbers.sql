-- The numbers of the audiences that one may read of a workspace, for an index to be searched by; what a view leaves out
-- has been read.
CREATE FUNCTION sqlrag_readable.numbers(workspace int) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(
        SELECT place FROM generate_series(0, sqlrag_readable.nobody() - 1) AS place
        WHERE workspace = sqlrag_readable.asked() AND get_bit(sqlrag_readable.bits(), place) <> 0
        ORDER BY place
    );
END;
$$;
