-- Schema rag is for people, by the name of a workspace; what was by id moves to schema sqlrag. All functions are
-- laid anew after the revisions.
DO $$
DECLARE
    signature regprocedure;
BEGIN
    FOR signature IN
        SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace = 'rag'::regnamespace AND p.proname = ANY ('{
            aliases, auto_search, base_scores, begin_edit, check_name, check_weight, claim_entities, claim_name,
            clear_graph, common_trigrams, context_chunks, context_entities, context_relations, cost_by_day,
            cost_by_document, create_entity, create_relation, delete_entity, delete_relation, describe_entities,
            describe_relations, descriptions_sha256, duplicates, edit_entity, edit_relation, embed_entity,
            embed_relation, entity, entity_inputs_sha256, explain_hops, fill_entities, fill_relations,
            find_entity, find_path, gather_relations, global_search, graph_search, hop_chunks, hybrid_search,
            is_said, join_descriptions, lexemes, lexical_search, lift_forgotten, list_arms, local_search,
            merge_entities, merge_mentions, merge_relations, metadata_comparison, metadata_path,
            metric_operator, mix_search, most_frequent, multihop_scores, multihop_search, naive_search,
            name_entities, name_key, named_chunks, named_entities, near_meanings, near_names, nearest,
            nearest_chunks, nearest_exact, neighbours, open_terms, page_at, path_between, permitted_among,
            permitted_documents, popular_entities, put_document, query_lexemes, quote_around, rank_chunks,
            rank_entities, rank_hops, rank_relations, read_mentions, record_edit, relation_between,
            relation_inputs_sha256, rename_entity, require_entity, require_relation, score_chunks, score_terms,
            search, search_entities, search_terms, seed_entities, shortest_alias, split_entity, split_relations,
            spoken_entities, subgraph, trace_context, trigrams, vector_recall, walk_graph, weigh_terms,
            where_said, workspace_id, write_chunks, write_document, write_mentions, write_relations}')
    LOOP
        EXECUTE 'DROP FUNCTION ' || signature;
    END LOOP;
END;
$$;
COMMENT ON SCHEMA sqlrag IS 'The tables of sqlrag, and the functions that its programs call, by the id of a workspace.';
COMMENT ON SCHEMA rag IS 'What sqlrag offers to SQL: functions by the name of a workspace, and views; no data. \df rag.* lists it.';

ALTER TYPE rag.term SET SCHEMA sqlrag;
ALTER TYPE rag.arm SET SCHEMA sqlrag;

CREATE TYPE sqlrag.search_request AS (
    words text, names text, history text, embedding halfvec, entity_embedding halfvec, relation_embedding halfvec
);
COMMENT ON TYPE sqlrag.search_request IS
    'What is searched for: a question in words, what names its entities, the last turns, and the vectors of all '
    'three kinds; without names or a vector of its own, the question stands in.';

CREATE TYPE sqlrag.search_limits AS (
    top_k int, chunk_top_k int, max_entity_tokens int, max_relation_tokens int, max_total_tokens int, hops int
);
COMMENT ON TYPE sqlrag.search_limits IS
    'How much a retrieval returns: top_k entities and as many relations, chunk_top_k chunks, each within its tokens;'
    ' hops NULL is what suits the mode.';

CREATE TYPE sqlrag.chunk_item AS (
    rank int, score float8, chunk_id bigint, document_id bigint, source_key text, title text, content text,
    token_count int, ordinal int, char_start int, char_end int, page int, page_end int, page_breaks int[],
    headings text[], metadata jsonb, created_at timestamptz, arms sqlrag.arm[]
);
COMMENT ON TYPE sqlrag.chunk_item IS
    'A chunk of a context: its text, where it stands in its document, and who found it.';

CREATE TYPE sqlrag.entity_details AS (
    name text, type text, description text, aliases text[], chunk_count int, relation_count int, edited_by text
);
COMMENT ON TYPE sqlrag.entity_details IS
    'An entity and what is known of it; edited_by is NULL where no person changed it.';

CREATE TYPE sqlrag.relation_details AS (
    source text, target text, keywords text, description text, weight float8, chunk_count int, edited_by text
);
COMMENT ON TYPE sqlrag.relation_details IS
    'A relation and what is known of it, pointing the way most of its evidence does.';

CREATE TYPE sqlrag.new_document AS (
    source_key text, title text, media_type text, language text, content_sha256 bytea, recipe text, metadata jsonb,
    tags text[], char_count int, error text
);
COMMENT ON TYPE sqlrag.new_document IS 'A document to be written; error says what of it is missing, NULL for nothing.';

CREATE TYPE sqlrag.new_chunk AS (
    content text, content_sha256 bytea, token_count int, char_start int, char_end int, page int, page_breaks int[],
    headings text[], indexed text, embedding halfvec
);
COMMENT ON TYPE sqlrag.new_chunk IS 'A chunk to be written; indexed is the text whose terms BM25 counts.';

CREATE TYPE sqlrag.new_mention AS (
    chunk int, name int, written text, type text, description text, is_subject boolean
);
COMMENT ON TYPE sqlrag.new_mention IS
    'An entity found in a chunk: the places of its chunk and of its name, and how the name is written there.';

CREATE TYPE sqlrag.new_evidence AS (
    chunk int, source int, target int, keywords text, description text, weight float8
);
COMMENT ON TYPE sqlrag.new_evidence IS
    'A relation found in a chunk: the places of its chunk and of the names of its ends.';

CREATE TYPE sqlrag.new_reject AS (chunk int, record text, reason text);
COMMENT ON TYPE sqlrag.new_reject IS 'A record of a model that cannot be used, with the place of its chunk.';

CREATE TYPE sqlrag.new_entity_vector AS (name int, embedding halfvec);
COMMENT ON TYPE sqlrag.new_entity_vector IS 'The vector of an entity, with the place of its name.';

CREATE TYPE sqlrag.new_relation_vector AS (source int, target int, embedding halfvec);
COMMENT ON TYPE sqlrag.new_relation_vector IS 'The vector of a relation, with the places of the names of its ends.';

CREATE TYPE sqlrag.new_graph AS (
    names text[], mentions sqlrag.new_mention[], evidence sqlrag.new_evidence[], rejects sqlrag.new_reject[],
    entity_vectors sqlrag.new_entity_vector[], relation_vectors sqlrag.new_relation_vector[], extracted int[],
    extractor text
);
COMMENT ON TYPE sqlrag.new_graph IS
    'What was found in the chunks of one document: every name once; extracted are the places of the chunks that '
    'extractor is done with.';

CREATE TYPE sqlrag.new_item AS (
    source_key text, content text, embedding halfvec, metadata jsonb, tags text[], token_count int, call int,
    replaces boolean
);
COMMENT ON TYPE sqlrag.new_item IS
    'An item of a store: a document of one chunk; items of one call are stored together or not at all.';

CREATE TYPE sqlrag.new_model_call AS (
    workspace_id int, source_key text, key_sha256 bytea, purpose text, model text, response text, error text,
    prompt_tokens int, completion_tokens int, seconds float8
);
COMMENT ON TYPE sqlrag.new_model_call IS 'A call of a model that was made.';

CREATE TYPE sqlrag.new_eval_question AS (
    question_id text, question text, type text, gold text[], found text[], milliseconds float8, rows_read int,
    answer text, exact_match float8, f1 float8
);
COMMENT ON TYPE sqlrag.new_eval_question IS
    'A question of an evaluation, with the source keys it should find and those it found.';

-- A number of ours, so that other users of advisory locks are not in the way; the second key is the workspace.
CREATE FUNCTION sqlrag.writer_lock() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 716253403
$$;
COMMENT ON FUNCTION sqlrag.writer_lock IS 'The first key of the advisory lock under which the graph of a workspace is written.';

CREATE OR REPLACE FUNCTION sqlrag.take_graph() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), OLD.workspace_id);
    RETURN OLD;
END;
$$;

CREATE OR REPLACE FUNCTION sqlrag.forget_entities() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Alone among the writers of the workspace's graph: two that each delete one of the last two
    -- mentions would otherwise both see the other's and leave the entity behind.
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace_id)
    FROM (SELECT DISTINCT workspace_id FROM gone ORDER BY workspace_id) AS touched;
    DELETE FROM sqlrag.entities AS entity
    USING (SELECT DISTINCT workspace_id, entity_id FROM gone) AS lost
    WHERE entity.workspace_id = lost.workspace_id AND entity.entity_id = lost.entity_id
        AND entity.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.mentions AS m
            WHERE m.workspace_id = entity.workspace_id AND m.entity_id = entity.entity_id
        )
        AND NOT sqlrag.is_related_by_hand(entity.workspace_id, entity.entity_id);
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION sqlrag.forget_ends() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), OLD.workspace_id);
    DELETE FROM sqlrag.entities AS entity
    WHERE entity.workspace_id = OLD.workspace_id AND entity.entity_id IN (OLD.source_id, OLD.target_id)
        AND entity.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.mentions AS m
            WHERE m.workspace_id = entity.workspace_id AND m.entity_id = entity.entity_id
        )
        AND NOT sqlrag.is_related_by_hand(entity.workspace_id, entity.entity_id);
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION sqlrag.forget_relations() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(sqlrag.writer_lock(), workspace_id)
    FROM (SELECT DISTINCT workspace_id FROM gone ORDER BY workspace_id) AS touched;
    DELETE FROM sqlrag.relations AS relation
    USING (SELECT DISTINCT workspace_id, relation_id FROM gone) AS lost
    WHERE relation.workspace_id = lost.workspace_id AND relation.relation_id = lost.relation_id
        AND relation.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.evidence AS e
            WHERE e.workspace_id = relation.workspace_id AND e.relation_id = relation.relation_id
        );
    -- Summed anew: a weight that is added and taken away again would keep the rounding.
    UPDATE sqlrag.relations AS relation
    SET weight = coalesce(relation.edited_weight, left_over.weight)
    FROM (
        SELECT lost.workspace_id, lost.relation_id, coalesce(sum(e.weight), 0) AS weight
        FROM (SELECT DISTINCT workspace_id, relation_id FROM gone) AS lost
        LEFT JOIN sqlrag.evidence AS e USING (workspace_id, relation_id)
        GROUP BY lost.workspace_id, lost.relation_id
    ) AS left_over
    WHERE relation.workspace_id = left_over.workspace_id AND relation.relation_id = left_over.relation_id;
    RETURN NULL;
END;
$$;
