-- Has a question answered in the background; the answer is the result of the job, whose id is returned.
-- example: SELECT rag.enqueue_question('default', 'When was the harbour rebuilt?', '{"mode": "mix"}')
CREATE OR REPLACE FUNCTION sqlrag.enqueue_question(workspace int, question text, parameters jsonb DEFAULT '{}')
RETURNS bigint
LANGUAGE sql AS $$
    SELECT queued.*
    FROM (SELECT jsonb_build_object('question', question, 'parameters', coalesce(parameters, '{}'))) AS asked (said)
    CROSS JOIN LATERAL sqlrag.enqueue(workspace, ARRAY[(
        -- Somebody waits for it.
        'query', NULL, NULL, 10, NULL, NULL,
        -- Who looks at jobs is not shown what is asked in a conversation.
        CASE WHEN parameters ? 'conversation_id' THEN jsonb_build_object('private', said) ELSE said END, NULL
    )::sqlrag.new_job]) AS queued
$$;
