CREATE OR REPLACE FUNCTION rag.weigh_terms(workspace text, words text) RETURNS SETOF sqlrag.term
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    SELECT * FROM sqlrag.weigh_terms((SELECT rag.workspace_id(workspace)), words)
$$;
COMMENT ON FUNCTION rag.weigh_terms IS
    'The terms of a question, rarest first, with how many chunks have them and what they weigh in BM25. '
    'Example: SELECT * FROM rag.weigh_terms(''default'', ''total net sales'')';
