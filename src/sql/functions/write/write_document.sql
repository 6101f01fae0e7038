-- Write a document with its chunks and what was found in them, all of it or nothing.
-- call: SELECT * FROM sqlrag.write_document($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
CREATE OR REPLACE FUNCTION sqlrag.write_document(
    workspace int, document sqlrag.new_document, read_id bigint, read_revision int, chunks sqlrag.new_chunk[], graph
    sqlrag.new_graph, space int, job sqlrag.held_job DEFAULT NULL,
    made jsonb DEFAULT NULL, original bytea DEFAULT NULL
)
-- No row: another writer changed the document since revision read_revision of read_id was read.
RETURNS TABLE (document_id bigint, added_count int)
-- What is written for a job is written together with the end of the job, or not at all.
-- One call, so that a document costs one round trip and holds its locks no longer than its work takes.
-- Its steps see what others wrote meanwhile, as statements of a transaction do: read committed.
LANGUAGE plpgsql ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    chunk_ids bigint[];
    read_chunks int[];
    read_ids bigint[];
    ids bigint[];
    audience int;
BEGIN
    document_id := sqlrag.put_document(workspace, document, read_id, read_revision);
    IF document_id IS NULL THEN
        RETURN;
    END IF;
    SELECT d.audience_id INTO audience FROM sqlrag.documents AS d
    WHERE d.workspace_id = workspace AND d.document_id = write_document.document_id;
    IF job.job_id IS NOT NULL THEN
        PERFORM sqlrag.finish_job(job, made || jsonb_build_object('document_id', document_id));
    END IF;
    IF original IS NOT NULL THEN
        PERFORM sqlrag.keep_original(workspace, document.content_sha256, original);
    END IF;
    -- Since put_document this workspace is not switched to another space.
    PERFORM sqlrag.expect_space(workspace, space);
    SELECT w.chunk_ids, w.added_count INTO chunk_ids, added_count
    FROM sqlrag.write_chunks(workspace, document_id, chunks, document.language, space) AS w;
    read_chunks := ARRAY(
        SELECT place FROM unnest(graph.extracted) AS place UNION SELECT m.chunk FROM unnest(graph.mentions) AS m
        UNION SELECT e.chunk FROM unnest(graph.evidence) AS e UNION SELECT r.chunk FROM unnest(graph.rejects) AS r
    );
    IF cardinality(read_chunks) > 0 THEN
        read_ids := CASE WHEN read_id IS NULL THEN '{}'
            ELSE ARRAY(SELECT chunk_ids[place] FROM unnest(read_chunks) AS place) END;
        ids := sqlrag.claim_entities(workspace, document_id, ARRAY(
            SELECT sqlrag.name_key(g.name) FROM unnest(graph.names) WITH ORDINALITY AS g (name, place) ORDER BY g.place
        ));
        PERFORM sqlrag.write_mentions(
            workspace, ids, chunk_ids, read_ids, graph.mentions, graph.entity_vectors, space, audience);
        PERFORM sqlrag.write_relations(
            workspace, ids, chunk_ids, read_ids, graph.evidence, graph.relation_vectors, space, audience);
        DELETE FROM sqlrag.rejects AS r WHERE r.workspace_id = workspace AND r.chunk_id = ANY (read_ids);
        INSERT INTO sqlrag.rejects (workspace_id, chunk_id, record, reason)
        SELECT workspace, chunk_ids[r.chunk], r.record, r.reason FROM unnest(graph.rejects) AS r;
        UPDATE sqlrag.chunks AS c SET extractor = graph.extractor
        WHERE c.workspace_id = workspace
            AND c.chunk_id = ANY (ARRAY(SELECT chunk_ids[place] FROM unnest(graph.extracted) AS place))
            AND c.extractor IS DISTINCT FROM graph.extractor;
    END IF;
    IF job.job_id IS NOT NULL THEN
        PERFORM sqlrag.enqueue_upkeep(workspace);
    END IF;
    RETURN NEXT;
END;
$$;
