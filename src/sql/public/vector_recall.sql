CREATE OR REPLACE FUNCTION rag.vector_recall(
    workspace text, kind text DEFAULT 'chunk', sample_count int DEFAULT 20, k int DEFAULT 10, filter jsonb DEFAULT NULL,
    place float8 DEFAULT 0.5
)
RETURNS TABLE (samples int, indexed boolean, recall float8, routed_ms float8, exact_ms float8)
LANGUAGE sql VOLATILE PARALLEL RESTRICTED ROWS 1 AS $$
    SELECT * FROM sqlrag.vector_recall(rag.workspace_id(workspace), kind, sample_count, k, filter, place)
$$;
COMMENT ON FUNCTION rag.vector_recall IS
    'How much of what exact search finds the routed search finds, asked with stored vectors, and how long each '
    'takes; place NULL draws the vectors anew each time. '
    'Example: SELECT * FROM rag.vector_recall(''default'')';
