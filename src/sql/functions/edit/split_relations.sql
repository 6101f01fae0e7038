-- What chunks say of an entity's relations, they say of another's.
CREATE OR REPLACE FUNCTION sqlrag.split_relations(workspace int, old_id bigint, new_id bigint, chunk_ids bigint[])
RETURNS void
LANGUAGE sql AS $$
    WITH said AS MATERIALIZED (
        SELECT v.relation_id AS old_relation_id, least(new_id, r.neighbour_id) AS source_id,
            greatest(new_id, r.neighbour_id) AS target_id, v.chunk_id, v.keywords, v.description, v.weight,
            v.audience_id,
            v.is_reversed <> ((old_id < r.neighbour_id) <> (new_id < r.neighbour_id)) AS is_reversed
        FROM sqlrag.relations_of(workspace, old_id) AS r
        JOIN sqlrag.evidence AS v ON v.workspace_id = workspace AND v.relation_id = r.relation_id
        WHERE v.chunk_id = ANY (chunk_ids)
    ), related AS (
        INSERT INTO sqlrag.relations AS r (workspace_id, source_id, target_id, weight)
        SELECT workspace, said.source_id, said.target_id, sum(said.weight) FROM said
        GROUP BY said.source_id, said.target_id
        RETURNING r.relation_id, r.source_id, r.target_id
    ), proved AS (
        INSERT INTO sqlrag.evidence (
            workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight, audience_id
        )
        SELECT workspace, related.relation_id, said.chunk_id, said.is_reversed, said.keywords, said.description,
            said.weight, said.audience_id
        FROM said JOIN related USING (source_id, target_id)
    )
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT DISTINCT workspace, related.relation_id, v.space_id, v.embedding
    FROM said JOIN related USING (source_id, target_id)
    JOIN sqlrag.relation_embeddings AS v ON v.workspace_id = workspace AND v.relation_id = said.old_relation_id;
    DELETE FROM sqlrag.evidence AS v
    USING sqlrag.relations AS r
    WHERE v.workspace_id = workspace AND v.chunk_id = ANY (chunk_ids)
        AND r.workspace_id = workspace AND r.relation_id = v.relation_id AND old_id IN (r.source_id, r.target_id)
$$;
