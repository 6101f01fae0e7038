-- The terms that only some documents have: a text with one of them rests on these, or speaks of them.
CREATE OR REPLACE FUNCTION sqlrag.own_lexemes(workspace int, documents bigint[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    chunk_ids bigint[] := ARRAY(
        SELECT c.chunk_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.document_id = ANY (documents)
    );
BEGIN
    RETURN ARRAY(
        SELECT said.lexeme
        FROM (
            SELECT DISTINCT t.lexeme FROM sqlrag.chunk_terms AS t
            WHERE t.workspace_id = workspace AND t.chunk_id = ANY (chunk_ids) AND t.lexeme NOT LIKE '^%'
        ) AS said
        -- A letter or two, or a small number, tells nothing.
        WHERE (length(said.lexeme) > 2 OR said.lexeme ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\U0003ffff]')
            AND said.lexeme !~ '^[0-9]{1,3}$'
            AND NOT EXISTS (
                SELECT FROM sqlrag.chunk_terms AS other
                WHERE other.workspace_id = workspace AND other.lexeme = said.lexeme
                    AND other.chunk_id <> ALL (chunk_ids)
            )
    );
END;
$$;
