-- What only some documents are called, and the names of what only they mention.
CREATE OR REPLACE FUNCTION sqlrag.own_names(workspace int, documents bigint[]) RETURNS SETOF text
LANGUAGE sql STABLE ROWS 20 AS $$
    WITH mention AS MATERIALIZED (
        SELECT DISTINCT m.entity_id, m.name
        FROM sqlrag.chunks AS c
        JOIN sqlrag.mentions AS m USING (workspace_id, chunk_id)
        WHERE c.workspace_id = workspace AND c.document_id = ANY (documents)
    )
    SELECT mention.name
    FROM mention
    WHERE NOT EXISTS (
        SELECT FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        WHERE m.workspace_id = workspace AND m.entity_id = mention.entity_id AND c.document_id <> ALL (documents)
    )
    UNION
    SELECT called.name
    FROM sqlrag.documents AS d
    CROSS JOIN LATERAL unnest(ARRAY[d.title, d.source_key]) AS called (name)
    WHERE d.workspace_id = workspace AND d.document_id = ANY (documents) AND NOT EXISTS (
        SELECT FROM sqlrag.documents AS other
        WHERE other.workspace_id = workspace AND other.title = called.name AND other.document_id <> ALL (documents)
    )
$$;
