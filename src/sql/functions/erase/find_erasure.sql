-- What erasing some documents and words comes to; the words find documents of their own.
CREATE OR REPLACE FUNCTION sqlrag.find_erasure(workspace int, documents bigint[], keys text[], said text[])
RETURNS sqlrag.erasure
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found sqlrag.erasure;
    spoken text[] := ARRAY(
        SELECT DISTINCT d.language FROM sqlrag.documents AS d WHERE d.workspace_id = workspace
        UNION SELECT 'simple'
    );
BEGIN
    found.workspace := workspace;
    found.words := ARRAY(SELECT sqlrag.phrase_of(s.words, spoken) FROM unnest(said) AS s (words));
    IF array_position(found.words, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'There is no word in "%".', said[array_position(found.words, NULL)]
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give letters or digits.';
    END IF;
    SELECT array_agg(d.document_id), array_agg(d.source_key) || keys, min(d.created_at), array_agg(DISTINCT d.language)
    INTO found.document_ids, found.source_keys, found.since, found.languages
    FROM sqlrag.documents AS d
    WHERE d.workspace_id = workspace AND (
        d.document_id = ANY (documents) OR d.source_key = ANY (keys)
        OR found.words <> '{}' AND d.document_id IN (SELECT * FROM sqlrag.documents_saying(workspace, found.words))
    );
    found.document_ids := coalesce(found.document_ids, '{}');
    found.source_keys := coalesce(found.source_keys, keys, '{}');
    found.entity_ids := ARRAY(
        SELECT DISTINCT m.entity_id FROM sqlrag.chunks AS c JOIN sqlrag.mentions AS m USING (workspace_id, chunk_id)
        WHERE c.workspace_id = workspace AND c.document_id = ANY (found.document_ids)
    );
    found.lexemes := sqlrag.own_lexemes(workspace, found.document_ids);
    -- A name of one word has to be a word of theirs alone, which the lexemes are.
    found.names := ARRAY(
        SELECT p FROM sqlrag.own_names(workspace, found.document_ids) AS n (name)
        CROSS JOIN LATERAL sqlrag.phrase_of(n.name, found.languages) AS p
        WHERE p.words LIKE '% %'
    );
    RETURN found;
END;
$$;
