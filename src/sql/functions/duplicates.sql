-- Entities of one type with nearly the same name: candidates for a merge.
-- call: SELECT a, b, type, similarity FROM rag.duplicates($1, $2)
CREATE OR REPLACE FUNCTION rag.duplicates(workspace text, k int DEFAULT 50)
RETURNS TABLE (a text, b text, type text, similarity float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 AS $$
    WITH asked AS MATERIALIZED (
        SELECT rag.workspace_id(workspace) AS workspace_id
    ), alias AS MATERIALIZED (
        -- What a name stands for in one document only was told apart on purpose.
        SELECT row_number() OVER (ORDER BY n.name_key) AS place, n.entity_id, n.name_key,
            regexp_replace(n.name_key, '\D', '', 'g') AS digits, rag.trigrams(n.name_key) AS grams
        FROM asked JOIN sqlrag.entity_aliases AS n USING (workspace_id)
        WHERE n.document_id = 0
    ), block AS MATERIALIZED (
        -- Names that share a word or a beginning, in order, forwards and backwards, so that near names stand close together.
        SELECT alias.place, key.part,
            row_number() OVER (PARTITION BY key.part ORDER BY alias.name_key) AS forwards,
            row_number() OVER (PARTITION BY key.part ORDER BY reverse(alias.name_key) COLLATE "C") AS backwards
        FROM alias CROSS JOIN LATERAL (
            SELECT word AS part FROM unnest(string_to_array(alias.name_key, ' ')) AS word WHERE length(word) > 1
            UNION
            SELECT left(alias.name_key, least(4, length(alias.name_key) - 1)) || '…' WHERE length(alias.name_key) > 2
        ) AS key
    ), pair AS (
        -- Each is compared with the next ten of its block: Hernández & Stolfo 1995.
        SELECT x.place AS a, y.place AS b
        FROM block AS x CROSS JOIN generate_series(1, 10) AS step
        JOIN block AS y ON y.part = x.part AND y.forwards = x.forwards + step
        UNION
        SELECT least(x.place, y.place), greatest(x.place, y.place)
        FROM block AS x CROSS JOIN generate_series(1, 10) AS step
        JOIN block AS y ON y.part = x.part AND y.backwards = x.backwards + step
    ), compared AS (
        SELECT least(x.entity_id, y.entity_id) AS a_id, greatest(x.entity_id, y.entity_id) AS b_id,
            max(common.grams / (cardinality(x.grams) + cardinality(y.grams) - common.grams)) AS similarity
        FROM pair
        JOIN alias AS x ON x.place = pair.a
        JOIN alias AS y ON y.place = pair.b AND y.entity_id <> x.entity_id
        CROSS JOIN LATERAL rag.common_trigrams(x.grams, y.name_key) AS common (grams)
        -- Names that differ in a number mean different things.
        WHERE x.digits = y.digits
            AND least(cardinality(x.grams), cardinality(y.grams)) >= 0.6 * greatest(cardinality(x.grams), cardinality(y.grams))
        GROUP BY 1, 2
    ), likely AS MATERIALIZED (
        SELECT c.* FROM compared AS c WHERE c.similarity >= 0.6 ORDER BY c.similarity DESC, c.a_id, c.b_id LIMIT 20 * k
    ), named AS MATERIALIZED (
        SELECT n.*
        FROM asked CROSS JOIN LATERAL rag.name_entities(
            asked.workspace_id, ARRAY(SELECT l.a_id FROM likely AS l UNION SELECT l.b_id FROM likely AS l)) AS n
    )
    SELECT x.name, y.name, x.type, l.similarity
    FROM likely AS l
    JOIN named AS x ON x.entity_id = l.a_id
    JOIN named AS y ON y.entity_id = l.b_id AND y.type = x.type
    ORDER BY l.similarity DESC, x.name COLLATE "C", y.name COLLATE "C"
    LIMIT k
$$;
COMMENT ON FUNCTION rag.duplicates IS 'Entities of one type with nearly the same name. Example: SELECT * FROM rag.duplicates(''default'')';
