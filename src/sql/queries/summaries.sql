-- name: list_due_summaries
-- Entities, then relations, whose descriptions have more than $2 characters and no summary of what
-- they are now, at most $3 beyond the kind and id $4, $5, each with the $6 characters said most.
-- What a person described is not due. Of all, or of what the documents $7 speak of, and of the entities $8
-- with their relations: then nothing else is read.
WITH asked AS MATERIALIZED (
    -- Of all, what may be long: equal descriptions counted each is a bound that needs no sorting.
    SELECT 'entity' AS kind, m.entity_id AS id
    FROM sqlrag.mentions AS m
    WHERE m.workspace_id = $1 AND $7::bigint[] IS NULL
    GROUP BY m.entity_id
    HAVING sum(length(m.description)) > $2
    UNION
    SELECT 'relation', v.relation_id
    FROM sqlrag.evidence AS v
    WHERE v.workspace_id = $1 AND $7::bigint[] IS NULL
    GROUP BY v.relation_id
    HAVING sum(length(v.description)) > $2
    UNION
    SELECT 'entity', m.entity_id
    FROM sqlrag.chunks AS c JOIN sqlrag.mentions AS m USING (workspace_id, chunk_id)
    WHERE c.workspace_id = $1 AND c.document_id = ANY ($7::bigint[])
    UNION
    SELECT 'relation', v.relation_id
    FROM sqlrag.chunks AS c JOIN sqlrag.evidence AS v USING (workspace_id, chunk_id)
    WHERE c.workspace_id = $1 AND c.document_id = ANY ($7::bigint[])
    UNION SELECT 'entity', unnest($8::bigint[])
    UNION SELECT 'relation', relation_id FROM sqlrag.relations WHERE workspace_id = $1 AND source_id = ANY ($8)
    UNION SELECT 'relation', relation_id FROM sqlrag.relations WHERE workspace_id = $1 AND target_id = ANY ($8)
), said AS (
    SELECT asked.kind, asked.id, m.description, count(*) AS votes, min(m.chunk_id) AS first_chunk_id
    FROM asked JOIN sqlrag.mentions AS m ON m.workspace_id = $1 AND m.entity_id = asked.id
    WHERE asked.kind = 'entity' AND m.description <> ''
    GROUP BY asked.kind, asked.id, m.description
    UNION ALL
    SELECT asked.kind, asked.id, v.description, count(*), min(v.chunk_id)
    FROM asked JOIN sqlrag.evidence AS v ON v.workspace_id = $1 AND v.relation_id = asked.id
    WHERE asked.kind = 'relation' AND v.description <> ''
    GROUP BY asked.kind, asked.id, v.description
), grown AS MATERIALIZED (
    SELECT said.kind, said.id, sqlrag.inputs_sha256($1, said.kind, said.id) AS inputs_sha256
    FROM said
    WHERE (said.kind, said.id) > ($4::text, $5::bigint)
    GROUP BY said.kind, said.id
    HAVING sum(length(said.description)) > $2
), due AS MATERIALIZED (
    SELECT grown.kind, grown.id, grown.inputs_sha256,
        CASE grown.kind WHEN 'entity' THEN ARRAY[grown.id] ELSE ARRAY[r.source_id, r.target_id] END AS entity_ids
    FROM grown
    LEFT JOIN sqlrag.entities AS e ON grown.kind = 'entity' AND e.workspace_id = $1 AND e.entity_id = grown.id
    LEFT JOIN sqlrag.relations AS r ON grown.kind = 'relation' AND r.workspace_id = $1 AND r.relation_id = grown.id
    LEFT JOIN sqlrag.entity_summaries AS es ON es.workspace_id = $1 AND es.entity_id = e.entity_id
    LEFT JOIN sqlrag.relation_summaries AS rs ON rs.workspace_id = $1 AND rs.relation_id = r.relation_id
    WHERE coalesce(e.description, r.description) IS NULL
        AND coalesce(es.inputs_sha256, rs.inputs_sha256) IS DISTINCT FROM grown.inputs_sha256
    ORDER BY grown.kind, grown.id
    LIMIT $3
), ranked AS (
    SELECT said.kind, said.id, said.description, said.first_chunk_id,
        row_number() OVER place AS rank, sum(length(said.description)) OVER place AS running
    FROM due JOIN said USING (kind, id)
    WINDOW place AS (
        PARTITION BY said.kind, said.id
        ORDER BY said.votes DESC, length(said.description) DESC, said.description COLLATE "C" ROWS UNBOUNDED PRECEDING
    )
), name AS (
    SELECT n.entity_id, n.name
    FROM sqlrag.name_entities($1, ARRAY(SELECT unnest(due.entity_ids) FROM due)) AS n
)
SELECT
    due.kind, due.id, due.inputs_sha256, (
        SELECT coalesce(string_agg(name.name, ' – ' ORDER BY array_position(due.entity_ids, name.entity_id)), '')
        FROM name WHERE name.entity_id = ANY (due.entity_ids)
    ) AS name, ARRAY(
        SELECT ranked.description FROM ranked
        WHERE ranked.kind = due.kind AND ranked.id = due.id AND (ranked.running <= $6 OR ranked.rank = 1)
        -- As they came: what is new makes the last group of them anew, and the ledger answers for the others.
        ORDER BY ranked.first_chunk_id
    ) AS descriptions, due.entity_ids
FROM due
ORDER BY due.kind, due.id

-- name: write_summaries
-- Of what is still there. The lock that writers of new documents hold keeps deletions out until
-- this is done.
WITH graph AS MATERIALIZED (
    SELECT pg_advisory_xact_lock_shared(sqlrag.writer_lock(), $1::int) AS lock
), given AS (
    SELECT g.* FROM graph, unnest($2::text[], $3::bigint[], $4::text[], $5::bytea[]) AS g (kind, id, summary,
        inputs_sha256)
    WHERE graph.lock IS NOT NULL
), of_entities AS (
    INSERT INTO sqlrag.entity_summaries (workspace_id, entity_id, summary, model, inputs_sha256)
    SELECT $1, e.entity_id, given.summary, $6, given.inputs_sha256
    FROM given JOIN sqlrag.entities AS e ON e.workspace_id = $1 AND e.entity_id = given.id
    WHERE given.kind = 'entity'
    ORDER BY e.entity_id
    FOR KEY SHARE OF e
    ON CONFLICT (workspace_id, entity_id) DO UPDATE
    SET summary = excluded.summary, model = excluded.model, inputs_sha256 = excluded.inputs_sha256, made_at = now()
    RETURNING entity_id
), of_relations AS (
    INSERT INTO sqlrag.relation_summaries (workspace_id, relation_id, summary, model, inputs_sha256)
    SELECT $1, r.relation_id, given.summary, $6, given.inputs_sha256
    FROM given JOIN sqlrag.relations AS r ON r.workspace_id = $1 AND r.relation_id = given.id
    WHERE given.kind = 'relation'
    ORDER BY r.relation_id
    FOR KEY SHARE OF r
    ON CONFLICT (workspace_id, relation_id) DO UPDATE
    SET summary = excluded.summary, model = excluded.model, inputs_sha256 = excluded.inputs_sha256, made_at = now()
    RETURNING relation_id
)
SELECT (SELECT count(*)::int FROM of_entities) AS entities, (SELECT count(*)::int FROM of_relations) AS relations
