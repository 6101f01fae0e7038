-- Write a document with its chunks and what was found in them, all of it or nothing.
-- call: SELECT document_id, added_count FROM rag.write_document($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47)
CREATE OR REPLACE FUNCTION rag.write_document(
    workspace int, new_key text, new_title text, new_media_type text, new_language text, new_sha256 bytea, new_recipe text,
    new_metadata jsonb, new_tags text[], new_char_count int, gaps text, read_id bigint, read_revision int,
    contents text[], hashes bytea[], token_counts int[], starts int[], ends int[], pages int[], breaks text[], paths text[],
    texts text[], embeddings halfvec[], space int, names text[], mention_chunks int[], mention_keys int[], mention_names text[],
    types text[], descriptions text[], subjects boolean[], evidence_chunks int[], source_keys int[], target_keys int[],
    keyword_lists text[], statements text[], weights float8[], entity_keys int[], entity_vectors halfvec[],
    pair_sources int[], pair_targets int[], pair_vectors halfvec[], reject_chunks int[], records text[], reasons text[],
    done int[], new_extractor text
)
RETURNS TABLE (document_id bigint, added_count int)
-- One call, so that a document costs one round trip and holds its locks no longer than its work takes.
-- Its steps see what others wrote meanwhile, as statements of a transaction do: read committed.
LANGUAGE plpgsql ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    chunk_ids bigint[];
    read_chunks int[] := done || mention_chunks || evidence_chunks || reject_chunks;
    keys text[];
    ids bigint[];
BEGIN
    document_id := rag.put_document(
        workspace, new_key, new_title, new_media_type, new_language, new_sha256, new_recipe, new_metadata, new_tags,
        new_char_count, gaps, read_id, read_revision);
    -- No row: another writer came first.
    IF document_id IS NULL THEN
        RETURN;
    END IF;
    SELECT w.chunk_ids, w.added_count INTO chunk_ids, added_count
    FROM rag.write_chunks(
        workspace, document_id, contents, hashes, token_counts, starts, ends, pages, breaks, paths, texts, embeddings,
        new_language, space) AS w;
    IF cardinality(read_chunks) > 0 THEN
        IF read_id IS NOT NULL THEN
            PERFORM rag.clear_graph(workspace, ARRAY(SELECT DISTINCT chunk_ids[place] FROM unnest(read_chunks) AS place));
        END IF;
        keys := ARRAY(SELECT rag.name_key(g.name) FROM unnest(names) WITH ORDINALITY AS g (name, place) ORDER BY g.place);
        ids := rag.claim_entities(workspace, document_id, keys);
        PERFORM rag.write_mentions(
            workspace, ids, chunk_ids, mention_chunks, mention_keys, mention_names, types, descriptions, subjects, space,
            entity_keys, entity_vectors);
        PERFORM rag.write_relations(
            workspace, ids, chunk_ids, evidence_chunks, source_keys, target_keys, keyword_lists, statements, weights, space,
            pair_sources, pair_targets, pair_vectors);
        INSERT INTO sqlrag.rejects (workspace_id, chunk_id, record, reason)
        SELECT workspace, chunk_ids[g.chunk], g.record, g.reason
        FROM unnest(reject_chunks, records, reasons) AS g (chunk, record, reason);
        UPDATE sqlrag.chunks AS c SET extractor = new_extractor
        WHERE c.workspace_id = workspace AND c.chunk_id = ANY (ARRAY(SELECT chunk_ids[place] FROM unnest(done) AS place));
    END IF;
    RETURN NEXT;
END;
$$;
COMMENT ON FUNCTION rag.write_document IS 'Write a document with its chunks and what was found in them; chunks and names are given once and meant by their places, from 1. No row: another writer changed the document since revision read_revision of read_id was read. The writer of sqlrag calls it.';
