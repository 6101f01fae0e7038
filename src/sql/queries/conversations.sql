-- name: add_conversation
INSERT INTO sqlrag.conversations (workspace_id, owners, principals, title, metadata, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING conversation_id

-- name: list_conversations
-- The newest first; of an owner who stands for some, or of all.
SELECT conversation_id, title, metadata, owner, principals, turn_count, created_at, changed_at, expires_at
FROM rag.conversations
WHERE workspace_id = $1 AND ($2::bigint IS NULL OR conversation_id < $2)
    AND ($4::text IS NULL OR (owners @> ARRAY[$4] AND principals IS NOT DISTINCT FROM $5::text[]))
    AND (expires_at IS NULL OR expires_at > now())
ORDER BY conversation_id DESC
LIMIT $3

-- name: change_conversation
-- What is NULL stays; an end is taken away where it is to last.
UPDATE sqlrag.conversations
SET title = coalesce($3, title), metadata = coalesce($4, metadata), changed_at = now(),
    expires_at = CASE WHEN $6 THEN NULL ELSE coalesce($5, expires_at) END
WHERE workspace_id = $1 AND conversation_id = $2

-- name: delete_conversation
DELETE FROM sqlrag.conversations WHERE workspace_id = $1 AND conversation_id = $2

-- name: open_conversation
-- Whose it is, and of its last turns, at most so many and of so many tokens, what a question that follows is to know.
WITH latest AS (
    SELECT t.turn, t.question, t.answer, t.document_ids, t.entity_ids, t.source_keys,
        sum(t.token_count) OVER (ORDER BY t.turn DESC) AS tokens
    FROM (
        SELECT * FROM sqlrag.turns
        WHERE workspace_id = $1 AND conversation_id = $2 AND erased_at IS NULL
        ORDER BY turn DESC LIMIT $3
    ) AS t
), known AS (
    SELECT * FROM latest WHERE tokens <= $4
)
SELECT c.conversation_id, c.owners, c.principals, c.turn_count,
    ARRAY(SELECT question FROM known ORDER BY turn) AS questions,
    ARRAY(SELECT answer FROM known ORDER BY turn) AS answers,
    ARRAY(SELECT DISTINCT unnest(document_ids) FROM known) AS document_ids,
    ARRAY(SELECT DISTINCT unnest(entity_ids) FROM known) AS entity_ids,
    ARRAY(SELECT DISTINCT unnest(source_keys) FROM known) AS source_keys
FROM sqlrag.conversations AS c
WHERE c.workspace_id = $1 AND c.conversation_id = $2 AND (c.expires_at IS NULL OR c.expires_at > now())

-- name: add_turn
-- The next turn: who answers at the same time waits here, and comes after. No row where the conversation is gone.
WITH asked AS (
    SELECT ($3::sqlrag.new_turn).*
), before AS (
    SELECT t.turn FROM sqlrag.turns AS t JOIN asked USING (asked_as)
    WHERE t.workspace_id = $1 AND t.conversation_id = $2
), conversation AS (
    UPDATE sqlrag.conversations
    SET turn_count = turn_count + 1, changed_at = now(),
        title = CASE WHEN turn_count = 0 AND title = '' THEN $4::text ELSE title END
    WHERE workspace_id = $1 AND conversation_id = $2 AND (expires_at IS NULL OR expires_at > now())
        AND NOT EXISTS (SELECT FROM before)
    RETURNING turn_count AS turn
), added AS (
    INSERT INTO sqlrag.turns (
        workspace_id, conversation_id, turn, follows, asked_as, question, searched, answer, citations, mode, parameters,
        chunks, model, prompt_tokens, completion_tokens, seconds, is_cached, finish_reason, notes, token_count,
        document_ids, entity_ids, source_keys
    )
    SELECT $1, $2, conversation.turn, asked.*
    FROM conversation CROSS JOIN asked
)
SELECT turn FROM before
UNION ALL
SELECT turn FROM conversation

-- name: list_turns
-- In their order, after one of them. What a citation rests on is as it was, stands elsewhere, was changed or is gone.
SELECT t.turn, t.follows, t.answered_at, t.question, t.searched, t.answer, coalesce(told.citations, '[]') AS citations,
    t.mode, t.parameters, t.chunks, t.model, t.prompt_tokens, t.completion_tokens, t.seconds, t.is_cached,
    t.finish_reason, t.notes, t.erased_at
FROM sqlrag.turns AS t
LEFT JOIN LATERAL (
    SELECT jsonb_agg(c.cited || jsonb_build_object('source', CASE
        WHEN d.document_id IS NULL THEN 'deleted'
        WHEN substr(k.content, (c.cited ->> 'char_start')::int - k.char_start + 1, length(c.cited ->> 'quote'))
            = c.cited ->> 'quote' THEN 'there'
        WHEN EXISTS (
            SELECT FROM sqlrag.chunks AS other
            WHERE other.workspace_id = $1 AND other.document_id = d.document_id
                AND strpos(other.content, c.cited ->> 'quote') > 0
        ) THEN 'moved'
        ELSE 'changed'
    END) ORDER BY c.place) AS citations
    FROM jsonb_array_elements(t.citations) WITH ORDINALITY AS c (cited, place)
    LEFT JOIN sqlrag.documents AS d
        ON d.workspace_id = $1 AND d.document_id = (c.cited ->> 'document_id')::bigint
    LEFT JOIN sqlrag.chunks AS k ON k.workspace_id = $1 AND k.chunk_id = (c.cited ->> 'chunk_id')::bigint
) AS told ON true
WHERE t.workspace_id = $1 AND t.conversation_id = $2 AND t.turn > $3
ORDER BY t.turn
LIMIT $4

-- name: prune_conversations
-- Those that have expired, and those of which nothing was heard for so long; without an interval they last.
DELETE FROM sqlrag.conversations
WHERE expires_at <= now() OR (expires_at IS NULL AND changed_at < now() - $1::interval)
