-- Give a document, and all that is made of it, to another audience.
CREATE OR REPLACE FUNCTION sqlrag.move_document(workspace int, document bigint, audience int) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    old int;
    chunk_ids bigint[];
BEGIN
    SELECT d.audience_id INTO old FROM sqlrag.documents AS d
    WHERE d.workspace_id = workspace AND d.document_id = document;
    IF old IS NULL OR old = audience THEN
        RETURN;
    END IF;
    chunk_ids := ARRAY(
        SELECT c.chunk_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.document_id = document
    );
    INSERT INTO sqlrag.workspace_totals (workspace_id, audience_id, changes, documents, chunks, terms)
    SELECT workspace, side.audience_id, 1, side.sign, side.sign * held.chunks, side.sign * held.terms
    FROM (VALUES (old, -1), (audience, 1)) AS side (audience_id, sign)
    CROSS JOIN (
        SELECT count(*) AS chunks, coalesce(sum(c.term_count), 0) AS terms
        FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.document_id = document
    ) AS held;
    UPDATE sqlrag.documents AS d SET audience_id = audience
    WHERE d.workspace_id = workspace AND d.document_id = document;
    UPDATE sqlrag.chunks AS c SET audience_id = audience
    WHERE c.workspace_id = workspace AND c.document_id = document;
    UPDATE sqlrag.chunk_terms AS t SET audience_id = audience
    WHERE t.workspace_id = workspace AND t.chunk_id = ANY (chunk_ids);
    UPDATE sqlrag.chunk_embeddings AS e SET audience_id = audience
    WHERE e.workspace_id = workspace AND e.chunk_id = ANY (chunk_ids);
    UPDATE sqlrag.mentions AS m SET audience_id = audience
    WHERE m.workspace_id = workspace AND m.chunk_id = ANY (chunk_ids);
    UPDATE sqlrag.evidence AS v SET audience_id = audience
    WHERE v.workspace_id = workspace AND v.chunk_id = ANY (chunk_ids);
    -- An answer that waits to be given again may quote it.
    DELETE FROM sqlrag.replies AS r WHERE r.workspace_id = workspace AND r.status IS NOT NULL;
END;
$$;
