-- The chunks of a context, best first and within a budget: what answers the question, over one hop where that pays,
-- lifted by what the context's entities and relations say of it; then what only these lead to.
CREATE OR REPLACE FUNCTION sqlrag.context_chunks(
    workspace int, request sqlrag.search_request, k int, filter jsonb, entity_ids bigint[], relation_ids bigint[],
    max_tokens int
)
RETURNS TABLE (rank int, score float8, item json)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    -- Measured: docs/decisions/0022.
    lift_of_graph CONSTANT float8 := 0.02;
    share_of_graph_alone CONSTANT float8 := 0.05;
    many CONSTANT int := 25; -- What so many chunks say points at none of them.
BEGIN
    RETURN QUERY
    WITH answering AS MATERIALIZED (
        SELECT * FROM sqlrag.multihop_scores(workspace, request, greatest(k, 100), filter, 1, 0.1)
    ), said AS MATERIALIZED (
        -- A chunk gathers from all that it says something of: more from the first, less from what many speak of.
        SELECT 'entity' AS arm, m.chunk_id,
            sum((1 + m.is_subject::int) / (entity.place * sqrt(m.chunk_count))::float8) AS score
        FROM unnest(entity_ids) WITH ORDINALITY AS entity (entity_id, place)
        CROSS JOIN LATERAL (
            SELECT late.*, count(*) OVER () AS chunk_count FROM (
                SELECT mention.chunk_id, mention.is_subject FROM sqlrag.mentions AS mention
                WHERE mention.workspace_id = workspace AND mention.entity_id = entity.entity_id LIMIT many
            ) AS late
        ) AS m
        WHERE m.chunk_count < many
        GROUP BY m.chunk_id
        UNION ALL
        SELECT 'relation', v.chunk_id, sum(1 / (relation.place * sqrt(v.chunk_count))::float8)
        FROM unnest(relation_ids) WITH ORDINALITY AS relation (relation_id, place)
        CROSS JOIN LATERAL (
            SELECT late.*, count(*) OVER () AS chunk_count FROM (
                SELECT evidence.chunk_id FROM sqlrag.evidence AS evidence
                WHERE evidence.workspace_id = workspace AND evidence.relation_id = relation.relation_id LIMIT many
            ) AS late
        ) AS v
        WHERE v.chunk_count < many
        GROUP BY v.chunk_id
    ), lift AS MATERIALIZED (
        SELECT said.chunk_id, least(1, sum(said.score)) AS share, array_agg(
            (said.arm, said.rank, said.score)::sqlrag.arm ORDER BY said.arm) AS arms
        FROM (
            SELECT said.*, row_number() OVER (PARTITION BY said.arm ORDER BY said.score DESC, said.chunk_id) AS rank
            FROM said
        ) AS said
        WHERE filter IS NULL OR (
            SELECT c.document_id FROM sqlrag.chunks AS c WHERE c.workspace_id = workspace AND c.chunk_id = said.chunk_id
        ) IN (SELECT p.document_id FROM sqlrag.permitted_documents(workspace, filter) AS p)
        GROUP BY said.chunk_id
    ), found AS MATERIALIZED (
        SELECT chunk_id, coalesce(a.score * (1 + lift_of_graph * coalesce(lift.share, 0)),
                -- Behind what the question itself finds, if that is sure of anything.
                share_of_graph_alone * lift.share * least(1, (SELECT max(b.score) FROM answering AS b)),
                share_of_graph_alone * lift.share) AS score,
            array_remove(ARRAY[a.by_words, a.by_hops, a.by_meaning], NULL) || lift.arms AS arms
        FROM answering AS a FULL JOIN lift USING (chunk_id)
    ), best AS (
        SELECT f.*, c.rank, c.copies
        FROM sqlrag.collapse_copies(
            workspace, ARRAY(SELECT f.chunk_id FROM found AS f ORDER BY f.score DESC, f.chunk_id), k) AS c
        JOIN found AS f USING (chunk_id)
    ), fitting AS (
        SELECT i AS item, i.rank, i.score, sum(i.token_count) OVER (ORDER BY i.rank) AS running_tokens
        FROM best AS b
        CROSS JOIN LATERAL sqlrag.chunk_item(workspace, b.chunk_id, b.rank, b.score, b.arms, b.copies) AS i
    )
    SELECT f.rank, f.score, to_json(f.item) FROM fitting AS f WHERE f.running_tokens <= max_tokens OR f.rank = 1;
END;
$$;
