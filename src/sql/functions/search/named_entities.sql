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
        -- Each token with those that follow: to slice the whole text for each would take its length every time.
        WITH token AS MATERIALIZED (
            SELECT t.at, t.token, array_agg(t.token) OVER (ORDER BY t.at ROWS BETWEEN CURRENT ROW AND 7 FOLLOWING)
                AS tokens
            FROM string_to_table(sqlrag.name_key(words), ' ') WITH ORDINALITY AS t (token, at)
        ), beginning AS MATERIALIZED (
            -- Few words of a long text begin a name of several.
            SELECT unnest(sqlrag.name_beginnings(workspace, ARRAY(SELECT DISTINCT token FROM token))) AS token
        ), gram AS MATERIALIZED (
            -- A token is a thousand places long.
            SELECT token AS name_key, at * 1000 AS start, at * 1000 + 999 AS ending
            FROM token
            UNION ALL
            SELECT array_to_string(tokens[:length], ' '), at * 1000, (at + length) * 1000 - 1
            FROM beginning JOIN token USING (token), generate_series(2, cardinality(tokens)) AS length
            UNION ALL
            -- Where words are not set apart, every stretch of a run may be a name.
            SELECT substr(token, first, length), at * 1000 + first, at * 1000 + first + length - 1
            FROM token, generate_series(1, least(length(token), 200)) AS first,
                generate_series(2, CASE WHEN token ~ '[\u0e00-\u109f\u1780-\u17ff]' THEN 24 ELSE 12 END) AS length
            WHERE token ~ '[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]'
                AND first + length - 1 <= length(token)
        ), alias AS MATERIALIZED (
            -- As one array, since nobody can foresee how many stretches there are, and a look-up of each is cheap.
            SELECT a.entity_id, a.name_key
            FROM sqlrag.entity_aliases AS a
            WHERE a.workspace_id = workspace AND a.entity_id IS NOT NULL
                AND a.name_key = ANY (ARRAY(SELECT DISTINCT gram.name_key COLLATE "C" FROM gram))
        ), found AS (
            SELECT alias.entity_id, alias.name_key, gram.start,
                gram.ending < max(gram.ending) OVER (PARTITION BY gram.start)
                    OR gram.ending <= max(gram.ending) OVER (
                        ORDER BY gram.start GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS is_inside
            FROM alias JOIN gram ON gram.name_key COLLATE "C" = alias.name_key
        )
        SELECT found.entity_id, min(found.name_key), min(found.start)::int
        FROM found
        WHERE is_inside IS NOT TRUE
        GROUP BY found.entity_id
        ORDER BY min(found.start);
END;
$$;
