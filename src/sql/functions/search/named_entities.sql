-- The entities that a text names, longest names first, in the order in which it names them.
-- example: SELECT * FROM rag.named_entities('default', 'Who founded Viaweb?')
CREATE OR REPLACE FUNCTION sqlrag.named_entities(workspace int, words text)
RETURNS TABLE (entity_id bigint, name_key text, place int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 AS $$
#variable_conflict use_column
BEGIN
    IF words IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH token AS MATERIALIZED (
            SELECT string_to_array(sqlrag.name_key(words), ' ') AS tokens
        ), gram AS MATERIALIZED (
            SELECT array_to_string(tokens[start:start + length - 1], ' ') AS name_key, start,
                start + length - 1 AS ending
            FROM token, generate_series(1, cardinality(tokens)) AS start, generate_series(1, 8) AS length
            WHERE start + length - 1 <= cardinality(tokens)
            UNION ALL
            -- Where words are not set apart, every stretch of a run may be a name.
            SELECT substr(tokens[at], first, length), at * 1000 + first, at * 1000 + first + length - 1
            FROM token, generate_series(1, cardinality(tokens)) AS at,
                generate_series(1, least(length(tokens[at]), 200)) AS first,
                generate_series(2, CASE WHEN tokens[at] ~ '[\u0e00-\u109f\u1780-\u17ff]' THEN 24 ELSE 12 END) AS length
            WHERE tokens[at] ~ '[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]'
                AND first + length - 1 <= length(tokens[at])
        ), alias AS MATERIALIZED (
            -- As one array, since nobody can foresee how many stretches there are, and a look-up of each is cheap.
            SELECT a.entity_id, a.name_key
            FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace AND a.name_key = ANY (ARRAY(SELECT gram.name_key COLLATE "C" FROM gram))
                AND a.entity_id IS NOT NULL
        ), found AS MATERIALIZED (
            SELECT alias.entity_id, alias.name_key, gram.start, gram.ending
            FROM alias JOIN gram ON gram.name_key COLLATE "C" = alias.name_key
        )
        SELECT found.entity_id, min(found.name_key), min(found.start)::int
        FROM found
        WHERE NOT EXISTS (
            SELECT FROM found AS longer
            WHERE longer.start <= found.start AND longer.ending >= found.ending
                AND longer.ending - longer.start > found.ending - found.start
        )
        GROUP BY found.entity_id
        ORDER BY min(found.start);
END;
$$;
