CREATE OR REPLACE VIEW rag.turns WITH (security_invoker) AS
SELECT w.name AS workspace, t.conversation_id, t.turn, t.follows, t.answered_at, t.question, t.searched, t.answer,
    t.citations, t.mode, t.parameters, t.chunks, t.model, t.prompt_tokens, t.completion_tokens, t.seconds, t.is_cached,
    t.finish_reason, t.notes, t.erased_at, t.workspace_id
FROM sqlrag.turns AS t
JOIN sqlrag.workspaces AS w USING (workspace_id);
COMMENT ON VIEW rag.turns IS
    'The questions of conversations with their answers, what they cite and the retrieval that they were made of. '
    'Example: SELECT turn, question, answer FROM rag.turns WHERE conversation_id = 1 ORDER BY turn';
COMMENT ON COLUMN rag.turns.chunks IS 'The context: chunk_id, document_id and score, in the order of their ranks.';
