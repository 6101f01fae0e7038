-- What is nearest to a vector of all that one may read, as sqlrag.nearest: compared with every one. What an index finds
-- depends on all that is in it.
CREATE FUNCTION sqlrag_readable.nearest(
    workspace int, kind text, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL
)
RETURNS TABLE (id bigint, similarity float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 AS $$
    SELECT * FROM sqlrag_readable.nearest_exact(workspace, kind, query, k, nullif(filter, 'null'))
$$;
