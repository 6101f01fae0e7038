-- Documents that say any of some phrases: in their text, titles, names, metadata, tags, or in the bytes they came as.
CREATE OR REPLACE FUNCTION sqlrag.documents_saying(workspace int, phrases sqlrag.phrase[]) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT d.document_id
    FROM sqlrag.documents AS d
    WHERE d.workspace_id = workspace AND (
        sqlrag.says(concat_ws(E'\n', d.source_key, d.title, array_to_string(d.tags, E'\n'), d.error,
            sqlrag.plain_json(d.metadata)), phrases)
        OR EXISTS (
            SELECT FROM sqlrag.chunks AS c
            WHERE c.workspace_id = workspace AND c.document_id = d.document_id
                AND sqlrag.says(concat_ws(E'\n', c.content, array_to_string(c.headings, E'\n')), phrases)
        )
        OR EXISTS (
            SELECT FROM sqlrag.originals AS o
            WHERE o.workspace_id = workspace AND o.content_sha256 = d.content_sha256
                AND sqlrag.says(sqlrag.plain_bytes(o.content), phrases)
        )
    )
$$;
