-- Empties turns that were read from what is erased or say it, and of these questions that say it; that there was a turn
-- stays. Of others it takes the chunks that were found beside, of conversations titles and metadata that tell of it.
CREATE OR REPLACE FUNCTION sqlrag.erase_conversations(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH told AS MATERIALIZED (
        SELECT t.conversation_id, t.turn,
            t.document_ids && erasure.document_ids OR t.entity_ids && erasure.entity_ids
            OR t.source_keys && erasure.source_keys
            OR sqlrag.is_trace(concat_ws(E'\n', t.question, t.searched, t.answer, sqlrag.json_values(t.citations),
                -- Whose keys are somebody's, too.
                sqlrag.plain_json(t.parameters), array_to_string(t.notes || t.source_keys, E'\n')), erasure
            ) AS is_trace
        FROM sqlrag.turns AS t
        WHERE t.workspace_id = erasure.workspace AND t.erased_at IS NULL
    ), beside AS MATERIALIZED (
        SELECT DISTINCT t.conversation_id, t.turn
        FROM sqlrag.turns AS t
        CROSS JOIN LATERAL jsonb_array_elements(t.chunks) AS c (chunk)
        JOIN unnest(erasure.document_ids) AS d (id) ON d.id = (c.chunk ->> 'document_id')::bigint
        JOIN told ON told.conversation_id = t.conversation_id AND told.turn = t.turn AND NOT told.is_trace
        WHERE t.workspace_id = erasure.workspace
    ), emptied AS (
        UPDATE sqlrag.turns AS t
        SET question = CASE WHEN sqlrag.is_trace(t.question, erasure) THEN '' ELSE t.question END, searched = '',
            answer = '', citations = '[]', parameters = '{}', chunks = '[]', notes = '{}', token_count = 0,
            document_ids = '{}', entity_ids = '{}', source_keys = '{}', erased_at = now()
        FROM told
        WHERE t.workspace_id = erasure.workspace AND t.conversation_id = told.conversation_id AND t.turn = told.turn
            AND told.is_trace
        RETURNING t.conversation_id, t.turn
    ), trimmed AS (
        UPDATE sqlrag.turns AS t
        SET chunks = (
            SELECT coalesce(jsonb_agg(c.chunk ORDER BY c.place), '[]')
            FROM jsonb_array_elements(t.chunks) WITH ORDINALITY AS c (chunk, place)
            WHERE (c.chunk ->> 'document_id')::bigint <> ALL (erasure.document_ids)
        )
        FROM beside
        WHERE t.workspace_id = erasure.workspace AND t.conversation_id = beside.conversation_id AND t.turn = beside.turn
        RETURNING t.conversation_id, t.turn
    ), again AS (
        -- A question that an earlier erasure left may say other words.
        UPDATE sqlrag.turns AS t SET question = ''
        WHERE t.workspace_id = erasure.workspace AND t.erased_at IS NOT NULL AND sqlrag.is_trace(t.question, erasure)
        RETURNING t.conversation_id, t.turn
    ), named AS (
        UPDATE sqlrag.conversations AS c
        SET title = CASE WHEN sqlrag.is_trace(c.title, erasure) THEN '' ELSE c.title END,
            metadata = CASE WHEN sqlrag.is_trace(sqlrag.plain_json(c.metadata), erasure) THEN '{}' ELSE c.metadata END
        WHERE c.workspace_id = erasure.workspace
            AND sqlrag.is_trace(concat_ws(E'\n', c.title, sqlrag.plain_json(c.metadata)), erasure)
        RETURNING c.conversation_id
    )
    SELECT 'turns', t.conversation_id || ' ' || t.turn, 1::bigint, NULL::bigint
    FROM (SELECT * FROM emptied UNION ALL SELECT * FROM trimmed UNION ALL SELECT * FROM again) AS t
    UNION ALL
    SELECT 'conversations', conversation_id::text, 1, NULL FROM named
$$;
