-- The entities that names stand for in a document, made where there is none yet.
CREATE OR REPLACE FUNCTION sqlrag.claim_entities(workspace int, document bigint, keys text[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
BEGIN
    -- Another writer's claim of the same name is waited for, name by name in one order, so that no two
    -- writers wait for each other.
    WITH asked AS (
        SELECT DISTINCT unnest(keys) AS name_key
    ), fresh AS MATERIALIZED (
        SELECT asked.name_key, nextval(pg_get_serial_sequence('sqlrag.entities', 'entity_id')) AS entity_id
        FROM asked
        -- Look-ups by the whole key, not a join: a plan that is older than the names reads them all.
        WHERE (
            SELECT a.document_id FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace AND a.name_key = asked.name_key AND a.document_id = 0
        ) IS NULL AND (
            SELECT a.document_id FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace AND a.name_key = asked.name_key AND a.document_id = document
        ) IS NULL
        ORDER BY asked.name_key COLLATE "C"
    ), claimed AS (
        INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
        SELECT workspace, name_key, entity_id FROM fresh ORDER BY name_key COLLATE "C"
        ON CONFLICT DO NOTHING
        RETURNING entity_id
    )
    INSERT INTO sqlrag.entities (workspace_id, entity_id)
    SELECT workspace, entity_id FROM claimed;
    -- 0 for a name that a person led nowhere: it drops what is said by it.
    RETURN ARRAY(
        SELECT coalesce((
            SELECT found.entity_id
            FROM (
                SELECT a.entity_id, 1 AS place FROM sqlrag.entity_aliases AS a
                WHERE a.workspace_id = workspace AND a.name_key = k.key AND a.document_id = document
                UNION ALL
                SELECT a.entity_id, 2 FROM sqlrag.entity_aliases AS a
                WHERE a.workspace_id = workspace AND a.name_key = k.key AND a.document_id = 0
            ) AS found
            ORDER BY found.place LIMIT 1
        ), 0)
        FROM unnest(keys) WITH ORDINALITY AS k (key, place) ORDER BY k.place
    );
END;
$$;
