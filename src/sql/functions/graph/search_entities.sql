-- Entities by the beginning of a name or of one of its words; when those are few, by likeness too.
-- call: SELECT * FROM sqlrag.search_entities($1, $2, $3)
-- example: SELECT * FROM rag.search_entities('default', 'grah')
CREATE OR REPLACE FUNCTION sqlrag.search_entities(workspace int, words text, k int DEFAULT 20)
RETURNS TABLE (name text, type text, similarity float8, chunk_count int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH asked AS MATERIALIZED (
        -- Trigrams far into a text take long to cut out, and no name is as long.
        SELECT folded.key, sqlrag.trigrams(folded.key) AS grams
        FROM (SELECT nullif(btrim(sqlrag.name_key(left(words, 1000))), '') COLLATE "C" AS key) AS folded
    ), begun AS MATERIALIZED (
        (SELECT a.entity_id, a.name_key, 0 AS tier
        FROM asked CROSS JOIN sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.name_key >= asked.key AND a.name_key < asked.key || chr(1114111)
            AND a.entity_id IS NOT NULL
        ORDER BY a.name_key LIMIT 1000)
        UNION ALL
        -- No index knows where words begin; names alone are read, from the key.
        (SELECT a.entity_id, a.name_key, 1
        FROM asked CROSS JOIN sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND strpos(a.name_key, ' ' || asked.key) > 0
            AND a.entity_id IS NOT NULL LIMIT 1000)
    ), alike AS MATERIALIZED (
        -- Names that have a word which begins as one of the words does; every name of a small workspace.
        SELECT a.entity_id, a.name_key, 2 AS tier
        FROM asked CROSS JOIN sqlrag.entity_aliases AS a
        CROSS JOIN (
            SELECT count(*) <= 10000 AS is_small
            FROM (SELECT FROM sqlrag.entity_aliases AS a WHERE a.workspace_id = workspace LIMIT 10001) AS counted
        ) AS size
        WHERE a.workspace_id = workspace AND (SELECT count(*) FROM begun) < k AND a.entity_id IS NOT NULL
            AND length(a.name_key) BETWEEN length(asked.key) * 0.4 AND length(asked.key) * 4
            AND (size.is_small OR EXISTS (
                SELECT FROM unnest(string_to_array(asked.key, ' ')) AS word
                WHERE strpos(' ' || a.name_key, ' ' || left(word, 2)) > 0
            ))
        LIMIT 20000
    ), scored AS (
        -- The mean of two shares of common trigrams: of all that either has, and of those asked for.
        SELECT found.entity_id, min(found.tier) AS tier, max(
            common.grams / (length(found.name_key) + 1 + cardinality(asked.grams) - common.grams) / 2
                + common.grams / cardinality(asked.grams) / 2
        ) AS similarity
        FROM asked CROSS JOIN (SELECT * FROM begun UNION ALL SELECT * FROM alike) AS found
        CROSS JOIN LATERAL sqlrag.common_trigrams(asked.grams, found.name_key) AS common (grams)
        GROUP BY found.entity_id
    ), best AS MATERIALIZED (
        SELECT s.* FROM scored AS s
        WHERE s.tier < 2 OR s.similarity >= 0.4
        ORDER BY s.tier, s.similarity DESC, s.entity_id
        LIMIT k
    )
    SELECT n.name, n.type, best.similarity, n.chunk_count
    FROM sqlrag.name_entities(workspace, ARRAY(SELECT b.entity_id FROM best AS b)) AS n
    JOIN best USING (entity_id)
    ORDER BY best.tier, best.similarity DESC, n.chunk_count DESC, n.name COLLATE "C"
$$;
