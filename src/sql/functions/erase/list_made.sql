-- What is made of the chunks of documents to be erased, and goes with them.
CREATE OR REPLACE FUNCTION sqlrag.list_made(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE plpgsql STABLE AS $$
DECLARE
    space int := erasure.workspace;
    chunk_ids bigint[] := ARRAY(
        SELECT c.chunk_id FROM sqlrag.chunks AS c
        WHERE c.workspace_id = space AND c.document_id = ANY (erasure.document_ids)
    );
BEGIN
    RETURN QUERY
        SELECT 'chunks', c.id::text, 1::bigint, NULL::bigint FROM unnest(chunk_ids) AS c (id)
        UNION ALL
        SELECT 'chunk_terms', t.chunk_id::text, count(*), NULL FROM sqlrag.chunk_terms AS t
        WHERE t.workspace_id = space AND t.chunk_id = ANY (chunk_ids) GROUP BY t.chunk_id
        UNION ALL
        SELECT 'chunk_embeddings', v.chunk_id || ' ' || v.space_id, 1, NULL FROM sqlrag.chunk_embeddings AS v
        WHERE v.workspace_id = space AND v.chunk_id = ANY (chunk_ids)
        UNION ALL
        SELECT 'mentions', m.entity_id || ' ' || m.chunk_id, 1, NULL FROM sqlrag.mentions AS m
        WHERE m.workspace_id = space AND m.chunk_id = ANY (chunk_ids)
        UNION ALL
        SELECT 'evidence', v.relation_id || ' ' || v.chunk_id, 1, NULL FROM sqlrag.evidence AS v
        WHERE v.workspace_id = space AND v.chunk_id = ANY (chunk_ids)
        UNION ALL
        SELECT 'rejects', r.reject_id::text, 1, NULL FROM sqlrag.rejects AS r
        WHERE r.workspace_id = space AND r.chunk_id = ANY (chunk_ids);
END;
$$;
