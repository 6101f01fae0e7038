-- Takes from the graph what the documents of an erasure alone brought to it; call it before they go.
CREATE OR REPLACE FUNCTION sqlrag.erase_mentioned(erasure sqlrag.erasure) RETURNS SETOF sqlrag.trace
LANGUAGE plpgsql AS $$
DECLARE
    space int := erasure.workspace;
    relation_ids bigint[] := ARRAY(
        SELECT DISTINCT v.relation_id FROM sqlrag.chunks AS c JOIN sqlrag.evidence AS v USING (workspace_id, chunk_id)
        WHERE c.workspace_id = space AND c.document_id = ANY (erasure.document_ids)
    );
    entity_ids bigint[] := ARRAY(
        SELECT e.id FROM unnest(erasure.entity_ids) AS e (id)
        WHERE NOT EXISTS (
            SELECT FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
            WHERE m.workspace_id = space AND m.entity_id = e.id AND c.document_id <> ALL (erasure.document_ids)
        )
    );
BEGIN
    -- A summary, and a vector of a description, are of what was said when they were made.
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.entity_summaries AS s
            WHERE s.workspace_id = space AND s.entity_id = ANY (erasure.entity_ids) RETURNING s.entity_id
        )
        SELECT 'entity_summaries', gone.entity_id::text, 1::bigint, gone.entity_id FROM gone;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.relation_summaries AS s
            WHERE s.workspace_id = space AND s.relation_id = ANY (relation_ids) RETURNING s.relation_id
        )
        SELECT 'relation_summaries', gone.relation_id::text, 1::bigint, r.source_id
        FROM gone JOIN sqlrag.relations AS r ON r.workspace_id = space AND r.relation_id = gone.relation_id;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.entity_embeddings AS v
            WHERE v.workspace_id = space AND v.entity_id = ANY (erasure.entity_ids) RETURNING v.entity_id, v.space_id
        )
        SELECT 'entity_embeddings', gone.entity_id || ' ' || gone.space_id, 1::bigint, gone.entity_id FROM gone;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.relation_embeddings AS v
            WHERE v.workspace_id = space AND v.relation_id = ANY (relation_ids) RETURNING v.relation_id, v.space_id
        )
        SELECT 'relation_embeddings', gone.relation_id || ' ' || gone.space_id, 1::bigint, r.source_id
        FROM gone JOIN sqlrag.relations AS r ON r.workspace_id = space AND r.relation_id = gone.relation_id;
    -- Names that only they use for what others mention too.
    RETURN QUERY
        WITH used AS MATERIALIZED (
            SELECT m.entity_id, sqlrag.name_key(m.name) AS name_key,
                bool_or(c.document_id <> ALL (erasure.document_ids)) AS is_others
            FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
            WHERE m.workspace_id = space AND m.entity_id = ANY (erasure.entity_ids)
            GROUP BY m.entity_id, sqlrag.name_key(m.name)
        ), gone AS (
            DELETE FROM sqlrag.entity_aliases AS a USING used
            WHERE a.workspace_id = space AND a.entity_id = used.entity_id AND a.name_key = used.name_key
                AND NOT used.is_others AND used.entity_id <> ALL (entity_ids)
            RETURNING a.entity_id, a.document_id
        )
        SELECT 'entity_aliases', gone.entity_id || ' ' || gone.document_id, 1::bigint, NULL::bigint FROM gone;
    RETURN QUERY
        SELECT 'relations', r.relation_id::text, 1::bigint, NULL::bigint FROM sqlrag.relations AS r
        WHERE r.workspace_id = space AND (r.source_id = ANY (entity_ids) OR r.target_id = ANY (entity_ids)
            OR r.relation_id = ANY (relation_ids) AND r.edited_by IS NULL AND NOT EXISTS (
                SELECT FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
                WHERE v.workspace_id = space AND v.relation_id = r.relation_id
                    AND c.document_id <> ALL (erasure.document_ids)));
    RETURN QUERY
        SELECT 'entity_aliases', a.entity_id || ' ' || a.document_id, 1::bigint, NULL::bigint
        FROM sqlrag.entity_aliases AS a WHERE a.workspace_id = space AND a.entity_id = ANY (entity_ids);
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.entities AS e WHERE e.workspace_id = space AND e.entity_id = ANY (entity_ids)
            RETURNING e.entity_id
        )
        SELECT 'entities', gone.entity_id::text, 1::bigint, NULL::bigint FROM gone;
END;
$$;
