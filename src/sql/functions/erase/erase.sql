-- Erases documents with every trace of them, words wherever they are said, and principals: what it took of each table,
-- and a hash over the keys of the rows. The whole is one transaction; roll it back to see what it would take.
-- call: SELECT * FROM sqlrag.erase($1, $2, $3, $4, $5)
-- role: admin
-- example: SELECT place, rows FROM rag.erase('default', source_keys => ARRAY['articles/1'])
CREATE OR REPLACE FUNCTION sqlrag.erase(
    workspace int, documents bigint[] DEFAULT '{}', source_keys text[] DEFAULT '{}', words text[] DEFAULT '{}',
    principals text[] DEFAULT '{}'
)
RETURNS TABLE (place text, rows bigint, ids_sha256 text, entity_ids bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    erasure sqlrag.erasure;
    traces sqlrag.trace[] := '{}';
BEGIN
    -- Nobody writes the graph meanwhile, and who has read a document to write it anew finds it gone.
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace);
    erasure := sqlrag.find_erasure(workspace, documents, source_keys, words);
    IF erasure.document_ids <> '{}' OR erasure.source_keys <> '{}' OR erasure.words <> '{}' THEN
        -- What quotes them goes first, while it is known what only they say.
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_jobs(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_calls(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_answers(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_replies(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_conversations(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_evaluations(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_edits(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_audit(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_settings(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.list_made(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_mentioned(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_uploads(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_documents(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_audiences(erasure) AS t);
        traces := traces || ARRAY(SELECT t FROM sqlrag.erase_said(erasure) AS t);
    END IF;
    traces := traces || ARRAY(SELECT t FROM sqlrag.erase_principals(workspace, principals) AS t);
    RETURN QUERY
        SELECT t.place, sum(t.rows)::bigint,
            encode(sha256(string_agg(t.id, E'\n' ORDER BY t.id COLLATE "C")::bytea), 'hex'),
            coalesce(array_agg(DISTINCT t.entity_id) FILTER (WHERE t.entity_id IS NOT NULL), '{}')
        FROM unnest(traces) AS t
        GROUP BY t.place
        ORDER BY t.place;
END;
$$;
