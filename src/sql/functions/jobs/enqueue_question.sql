-- Has a question answered in the background; the answer is the result of the job, whose id is returned.
-- example: SELECT rag.enqueue_question('default', 'When was the harbour rebuilt?', '{"mode": "mix"}')
CREATE OR REPLACE FUNCTION sqlrag.enqueue_question(workspace int, question text, parameters jsonb DEFAULT '{}')
RETURNS bigint
LANGUAGE sql AS $$
    SELECT * FROM sqlrag.enqueue(workspace, ARRAY[(
        -- Somebody waits for it.
        'query', NULL, NULL, 10, NULL, NULL,
        jsonb_build_object('question', question, 'parameters', coalesce(parameters, '{}')), NULL
    )::sqlrag.new_job])
$$;
