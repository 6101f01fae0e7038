-- What relations are: as edited, else by their evidence, summarised or joined; each points the way most of it does.
-- Whoever knows the names of some ends gives them.
CREATE OR REPLACE FUNCTION sqlrag.describe_relations(
    workspace int, relation_ids bigint[], filter jsonb DEFAULT NULL, named_ids bigint[] DEFAULT NULL,
    names text[] DEFAULT NULL
)
RETURNS TABLE (
    relation_id bigint, source_id bigint, target_id bigint, source text, target text, keywords text, description text,
    weight float8, chunk_count int
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40 AS $$
#variable_conflict use_column
DECLARE
    few bigint[] := sqlrag.few_chunks(workspace, filter);
BEGIN
    RETURN QUERY
        WITH relation AS MATERIALIZED (
            SELECT r.* FROM sqlrag.relations AS r
            WHERE r.workspace_id = workspace AND r.relation_id = ANY (relation_ids)
        ), proof AS MATERIALIZED (
            -- The latest two hundred vote, as of the mentions of an entity.
            SELECT r.relation_id, late.* FROM relation AS r CROSS JOIN LATERAL (
                (SELECT * FROM sqlrag.permitted_evidence(workspace, r.relation_id, filter) AS v
                WHERE few IS NULL ORDER BY v.chunk_id DESC LIMIT 200)
                UNION ALL
                (SELECT v.chunk_id, v.is_reversed, v.keywords, v.description, v.weight FROM sqlrag.evidence AS v
                WHERE v.workspace_id = workspace AND v.relation_id = r.relation_id AND v.chunk_id = ANY (few)
                ORDER BY v.chunk_id DESC LIMIT 200)
            ) AS late
        ), keyword AS (
            -- The keywords of one piece of evidence are a list already.
            SELECT found.relation_id, string_agg(found.word, ', '
                ORDER BY found.times DESC, found.word COLLATE "C") AS keywords
            FROM (
                SELECT p.relation_id, word, count(*) AS times
                FROM proof AS p, string_to_table(translate(p.keywords, '，、;', ',,,'), ',') AS part, btrim(part) AS word
                WHERE word <> ''
                GROUP BY 1, 2
            ) AS found
            GROUP BY found.relation_id
        ), summed AS (
            SELECT p.relation_id, sum(p.weight) AS weight, count(*)::int AS chunk_count,
                sum(CASE WHEN p.is_reversed THEN p.weight ELSE -p.weight END) > 0 AS is_reversed,
                array_agg(p.description ORDER BY p.chunk_id DESC) FILTER (WHERE p.description <> '') AS descriptions
            FROM proof AS p
            GROUP BY p.relation_id
        ), ending AS (
            SELECT r.source_id AS entity_id FROM relation AS r UNION SELECT r.target_id FROM relation AS r
        ), named AS MATERIALIZED (
            SELECT g.* FROM unnest(named_ids, names) AS g (entity_id, name)
            UNION ALL
            SELECT n.entity_id, n.name
            FROM sqlrag.entity_names(workspace, ARRAY(
                SELECT e.entity_id FROM ending AS e WHERE e.entity_id <> ALL (coalesce(named_ids, '{}'))), filter) AS n
        )
        SELECT r.relation_id, source.entity_id, target.entity_id, source.name, target.name,
            coalesce(r.keywords, keyword.keywords, ''),
            coalesce(r.description, (
                SELECT s.summary FROM sqlrag.relation_summaries AS s
                WHERE filter IS NULL AND s.workspace_id = workspace AND s.relation_id = r.relation_id
                    AND s.inputs_sha256 = sqlrag.inputs_sha256(workspace, 'relation', s.relation_id)
            ), sqlrag.join_descriptions(summed.descriptions[:100]), ''),
            CASE WHEN filter IS NULL THEN r.weight ELSE coalesce(r.edited_weight, whole.weight, summed.weight) END,
            greatest(whole.chunk_count, summed.chunk_count)
        FROM relation AS r
        LEFT JOIN summed USING (relation_id)
        LEFT JOIN keyword USING (relation_id)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN coalesce(r.is_reversed, summed.is_reversed, false) THEN ARRAY[r.target_id, r.source_id]
                ELSE ARRAY[r.source_id, r.target_id] END AS ends
        ) AS way
        JOIN named AS source ON source.entity_id = way.ends[1]
        JOIN named AS target ON target.entity_id = way.ends[2]
        CROSS JOIN LATERAL (
            SELECT count(*)::int AS chunk_count, sum(v.weight) AS weight
            FROM sqlrag.permitted_evidence(workspace, r.relation_id, filter) AS v WHERE summed.chunk_count = 200
        ) AS whole
        WHERE filter IS NULL OR summed.chunk_count > 0;
END;
$$;
