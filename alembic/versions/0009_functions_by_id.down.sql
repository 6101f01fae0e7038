-- With the types go the functions that take or return them; the others are lifted after the revisions.
DROP TYPE sqlrag.new_eval_question CASCADE;
DROP TYPE sqlrag.new_model_call CASCADE;
DROP TYPE sqlrag.new_item CASCADE;
DROP TYPE sqlrag.new_graph CASCADE;
DROP TYPE sqlrag.new_relation_vector CASCADE;
DROP TYPE sqlrag.new_entity_vector CASCADE;
DROP TYPE sqlrag.new_reject CASCADE;
DROP TYPE sqlrag.new_evidence CASCADE;
DROP TYPE sqlrag.new_mention CASCADE;
DROP TYPE sqlrag.new_chunk CASCADE;
DROP TYPE sqlrag.new_document CASCADE;
DROP TYPE sqlrag.relation_details CASCADE;
DROP TYPE sqlrag.entity_details CASCADE;
DROP TYPE sqlrag.chunk_item CASCADE;
DROP TYPE sqlrag.search_limits CASCADE;
DROP TYPE sqlrag.search_request CASCADE;
DROP TYPE sqlrag.arm CASCADE;
DROP TYPE sqlrag.term CASCADE;

CREATE TYPE rag.term AS (lexeme text, chunk_count bigint, idf float8, mean_length float8);
COMMENT ON TYPE rag.term IS
    'A term of a question: how many chunks have it, what it weighs in BM25, and how many terms a chunk has on '
    'average.';

CREATE TYPE rag.arm AS (arm text, rank bigint, score float8);
COMMENT ON TYPE rag.arm IS 'One arm of a retrieval that found something, at which rank (from 1) and raw score.';

COMMENT ON SCHEMA sqlrag IS 'The tables of sqlrag. Read them through the functions and views of schema rag.';
COMMENT ON SCHEMA rag IS 'What sqlrag offers to SQL: functions and views, no data. \df rag.* lists it.';

CREATE OR REPLACE FUNCTION sqlrag.take_graph() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(716253403, OLD.workspace_id);
    RETURN OLD;
END;
$$;

CREATE OR REPLACE FUNCTION sqlrag.forget_entities() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Alone among the writers of the workspace's graph: two that each delete one of the last two
    -- mentions would otherwise both see the other's and leave the entity behind.
    PERFORM pg_advisory_xact_lock(716253403, workspace_id)
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
    PERFORM pg_advisory_xact_lock(716253403, OLD.workspace_id);
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
    PERFORM pg_advisory_xact_lock(716253403, workspace_id)
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

DROP FUNCTION sqlrag.writer_lock();
