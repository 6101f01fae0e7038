-- Empties calls of models whose prompt or reply held what is erased: what they cost stays.
CREATE OR REPLACE FUNCTION sqlrag.erase_calls(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE sql AS $$
    WITH emptied AS (
        UPDATE sqlrag.model_calls AS c
        SET key_sha256 = '', source_key = NULL, document_ids = '{}', entity_ids = '{}',
            response = CASE WHEN c.response IS NOT NULL THEN '' END,
            error = CASE WHEN c.error IS NOT NULL THEN 'erased' END
        WHERE c.workspace_id = erasure.workspace AND c.key_sha256 <> '' AND (
            c.source_key = ANY (erasure.source_keys)
            OR sqlrag.says(concat_ws(E'\n', c.source_key, sqlrag.reply_text(c.response), c.error), erasure.words)
            -- What was made for another document has read that alone.
            OR c.source_key IS NULL AND (
                c.document_ids && erasure.document_ids OR c.entity_ids && erasure.entity_ids
                OR c.document_ids IS NULL AND c.created_at >= erasure.since
                OR sqlrag.is_trace(coalesce(sqlrag.reply_text(c.response), c.error), erasure)
            )
        )
        RETURNING c.call_id
    )
    SELECT 'model_calls', call_id::text, 1::bigint, NULL::bigint FROM emptied
$$;
