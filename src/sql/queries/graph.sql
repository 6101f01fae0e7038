-- name: claim_entities
-- An entity for every name that has none yet. Another writer's claim of the same name is waited
-- for, name by name in one order, so that no two writers wait for each other.
WITH asked AS (
    SELECT DISTINCT rag.name_key(name) AS name_key FROM unnest($3::text[]) AS name
), fresh AS MATERIALIZED (
    SELECT asked.name_key, nextval(pg_get_serial_sequence('sqlrag.entities', 'entity_id')) AS entity_id
    FROM asked
    -- Look-ups by the whole key, not a join: a plan that is older than the names reads them all.
    WHERE (
        SELECT a.document_id FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = $1 AND a.name_key = asked.name_key AND a.document_id = 0
    ) IS NULL AND (
        SELECT a.document_id FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = $1 AND a.name_key = asked.name_key AND a.document_id = $2
    ) IS NULL
    ORDER BY asked.name_key COLLATE "C"
), claimed AS (
    INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
    SELECT $1, name_key, entity_id FROM fresh ORDER BY name_key COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING entity_id
)
INSERT INTO sqlrag.entities (workspace_id, entity_id)
SELECT $1, entity_id FROM claimed

-- name: write_graph
-- The mentions and the evidence of a document's new chunks, by their place in the document.
WITH chunk AS (
    SELECT chunk_id, ordinal FROM sqlrag.chunks WHERE workspace_id = $1 AND document_id = $2
), name AS MATERIALIZED (
    -- A name that a person led nowhere drops what is said by it.
    SELECT led.name, led.entity_id
    FROM (
        SELECT keyed.name, (
            SELECT found.entity_id
            FROM (
                SELECT a.entity_id, 1 AS place FROM sqlrag.entity_aliases AS a
                WHERE a.workspace_id = $1 AND a.name_key = keyed.name_key AND a.document_id = $2
                UNION ALL
                SELECT a.entity_id, 2 FROM sqlrag.entity_aliases AS a
                WHERE a.workspace_id = $1 AND a.name_key = keyed.name_key AND a.document_id = 0
            ) AS found
            ORDER BY found.place LIMIT 1
        ) AS entity_id
        FROM (
            SELECT given.name, rag.name_key(given.name) AS name_key
            FROM (SELECT unnest($4::text[]) UNION SELECT unnest($9::text[]) UNION SELECT unnest($10::text[])) AS given (name)
            OFFSET 0
        ) AS keyed
        OFFSET 0
    ) AS led
    WHERE led.entity_id IS NOT NULL
), forgotten AS MATERIALIZED (
    SELECT DISTINCT source.entity_id AS source_id, target.entity_id AS target_id
    FROM (SELECT DISTINCT entity_id FROM name) AS named
    JOIN sqlrag.entity_aliases AS source ON source.workspace_id = $1 AND source.entity_id = named.entity_id AND source.document_id = 0
    JOIN sqlrag.forgotten_relations AS f ON f.workspace_id = $1 AND f.source_key = source.name_key
    JOIN sqlrag.entity_aliases AS target ON target.workspace_id = $1 AND target.name_key = f.target_key AND target.document_id = 0
), mentioned AS (
    INSERT INTO sqlrag.mentions (workspace_id, entity_id, chunk_id, name, type, description, is_subject)
    SELECT DISTINCT ON (name.entity_id, chunk.chunk_id)
        $1, name.entity_id, chunk.chunk_id, given.name, given.type, given.description, given.is_subject
    FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::boolean[])
        WITH ORDINALITY AS given (ordinal, name, type, description, is_subject, place)
    JOIN chunk USING (ordinal) JOIN name USING (name)
    ORDER BY name.entity_id, chunk.chunk_id, given.is_subject DESC, given.place
    ON CONFLICT DO NOTHING
    RETURNING entity_id
), found AS MATERIALIZED (
    SELECT least(source.entity_id, target.entity_id) AS source_id, greatest(source.entity_id, target.entity_id) AS target_id,
        chunk.chunk_id, min(given.place) AS place, sum(given.weight) AS weight,
        (array_agg(source.entity_id > target.entity_id ORDER BY given.place))[1] AS is_reversed,
        string_agg(DISTINCT nullif(given.keywords, ''), ', ') AS keywords,
        string_agg(DISTINCT nullif(given.description, ''), ' ') AS description
    FROM unnest($8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::float8[])
        WITH ORDINALITY AS given (ordinal, source, target, keywords, description, weight, place)
    JOIN chunk USING (ordinal)
    JOIN name AS source ON source.name = given.source
    JOIN name AS target ON target.name = given.target
    WHERE source.entity_id <> target.entity_id
        -- Not as NOT EXISTS: joined to the whole tables, it takes minutes where those were empty when last analysed.
        AND (
            SELECT e.relation_id FROM sqlrag.evidence AS e JOIN sqlrag.relations AS r USING (workspace_id, relation_id)
            WHERE e.workspace_id = $1 AND e.chunk_id = chunk.chunk_id
                AND r.source_id = least(source.entity_id, target.entity_id)
                AND r.target_id = greatest(source.entity_id, target.entity_id)
            LIMIT 1
        ) IS NULL
        AND NOT EXISTS (
            SELECT FROM forgotten AS f
            WHERE (f.source_id, f.target_id) IN ((source.entity_id, target.entity_id), (target.entity_id, source.entity_id))
        )
    GROUP BY 1, 2, 3
), related AS (
    INSERT INTO sqlrag.relations AS r (workspace_id, source_id, target_id, weight)
    SELECT $1, source_id, target_id, sum(weight) FROM found
    GROUP BY source_id, target_id ORDER BY source_id, target_id
    ON CONFLICT (workspace_id, source_id, target_id) DO UPDATE SET weight = coalesce(r.edited_weight, r.weight + excluded.weight)
    RETURNING relation_id, source_id, target_id
), proved AS (
    INSERT INTO sqlrag.evidence (workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight)
    SELECT $1, related.relation_id, found.chunk_id, found.is_reversed,
        coalesce(found.keywords, ''), coalesce(found.description, ''), found.weight
    FROM found JOIN related USING (source_id, target_id)
    ORDER BY related.relation_id, found.chunk_id
    RETURNING relation_id
), embedded_entities AS (
    INSERT INTO sqlrag.entity_embeddings (workspace_id, entity_id, space_id, embedding)
    SELECT DISTINCT ON (name.entity_id) $1, name.entity_id, $14, given.embedding
    FROM unnest($15::text[], $16::halfvec[]) WITH ORDINALITY AS given (name, embedding, place) JOIN name USING (name)
    ORDER BY name.entity_id, given.place
    ON CONFLICT DO NOTHING
), embedded_relations AS (
    INSERT INTO sqlrag.relation_embeddings (workspace_id, relation_id, space_id, embedding)
    SELECT DISTINCT ON (related.relation_id) $1, related.relation_id, $14, given.embedding
    FROM unnest($17::text[], $18::text[], $19::halfvec[]) WITH ORDINALITY AS given (source, target, embedding, place)
    JOIN name AS source ON source.name = given.source
    JOIN name AS target ON target.name = given.target
    JOIN related ON related.source_id = least(source.entity_id, target.entity_id)
        AND related.target_id = greatest(source.entity_id, target.entity_id)
    ORDER BY related.relation_id, given.place
    ON CONFLICT DO NOTHING
), extracted AS (
    UPDATE sqlrag.chunks AS c SET extractor = $24
    WHERE c.workspace_id = $1 AND c.document_id = $2 AND c.ordinal = ANY ($23::int[])
), rejected AS (
    INSERT INTO sqlrag.rejects (workspace_id, chunk_id, record, reason)
    SELECT $1, chunk.chunk_id, given.record, given.reason
    FROM unnest($20::int[], $21::text[], $22::text[]) AS given (ordinal, record, reason) JOIN chunk USING (ordinal)
)
SELECT (SELECT count(*)::int FROM mentioned) AS mentions, (SELECT count(*)::int FROM proved) AS evidence

-- name: clear_graph
-- Before the graph of some chunks of a document is written anew: what was found in them goes.
WITH chunk AS (
    SELECT chunk_id FROM sqlrag.chunks WHERE workspace_id = $1 AND document_id = $2 AND ordinal = ANY ($3::int[])
), evidence AS (
    DELETE FROM sqlrag.evidence AS e USING chunk WHERE e.workspace_id = $1 AND e.chunk_id = chunk.chunk_id
), rejects AS (
    DELETE FROM sqlrag.rejects AS r USING chunk WHERE r.workspace_id = $1 AND r.chunk_id = chunk.chunk_id
)
DELETE FROM sqlrag.mentions AS m USING chunk WHERE m.workspace_id = $1 AND m.chunk_id = chunk.chunk_id
