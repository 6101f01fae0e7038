-- Pairs of entities with nearly the same name.
CREATE OR REPLACE FUNCTION sqlrag.near_names(workspace int, k int DEFAULT 1000)
RETURNS TABLE (a_id bigint, b_id bigint, similarity float8)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
    WITH block AS MATERIALIZED (
        -- Names that share a word or a beginning.
        -- What a name stands for in one document only was told apart on purpose.
        SELECT n.entity_id, n.name_key, named.grams, named.sketch, named.digits, key.part
        FROM sqlrag.entity_aliases AS n
        CROSS JOIN LATERAL (
            SELECT t.grams, regexp_replace(n.name_key, '\D', '', 'g') AS digits,
                (SELECT bit_or(1::bit(128) << (hashtext(gram) & 127)) FROM unnest(t.grams) AS gram) AS sketch
            FROM (SELECT sqlrag.trigrams(n.name_key) AS grams OFFSET 0) AS t
            OFFSET 0
        ) AS named
        CROSS JOIN LATERAL (
            SELECT word AS part FROM unnest(string_to_array(n.name_key, ' ')) AS word WHERE length(word) > 1
            UNION
            SELECT left(n.name_key, least(4, length(n.name_key) - 1)) || '…' WHERE length(n.name_key) > 2
        ) AS key
        WHERE n.workspace_id = workspace AND n.document_id = 0 AND n.entity_id IS NOT NULL
    ), neighbourhood AS (
        -- Each is compared with the next ten of its block, in order and in reverse order: Hernández & Stolfo 1995.
        SELECT b.*, array_agg(b.entity_id) OVER following AS ids, array_agg(b.name_key) OVER following AS names,
            array_agg(b.digits) OVER following AS numbers, array_agg(b.sketch) OVER following AS sketches
        FROM block AS b CROSS JOIN LATERAL (VALUES (1, b.name_key), (2, reverse(b.name_key))) AS turn (place, sorted)
        WINDOW following AS (
            PARTITION BY b.part, turn.place ORDER BY turn.sorted COLLATE "C" ROWS BETWEEN 1 FOLLOWING AND 10 FOLLOWING
        )
    ), compared AS (
        SELECT least(x.entity_id, y.entity_id) AS a_id, greatest(x.entity_id, y.entity_id) AS b_id,
            max(common.grams / (length(x.name_key) + length(y.name_key) + 2 - common.grams)) AS similarity
        FROM neighbourhood AS x
        CROSS JOIN LATERAL unnest(x.ids, x.names, x.numbers, x.sketches) AS y (entity_id, name_key, digits, sketch)
        CROSS JOIN LATERAL sqlrag.common_trigrams(x.grams, y.name_key) AS common (grams)
        WHERE x.entity_id <> y.entity_id
            AND least(length(x.name_key), length(y.name_key)) >=
                0.6 * greatest(length(x.name_key), length(y.name_key)) - 1
            -- Names that differ in a number mean different things.
            AND x.digits = y.digits
            -- Each bit that differs is a trigram at least that only one has, and of those two names at 0.6 have
            -- no more than a quarter of all: few pairs are left to be compared in full.
            AND bit_count(x.sketch # y.sketch) <= 0.25 * (length(x.name_key) + length(y.name_key) + 2)
        GROUP BY 1, 2
    )
    SELECT c.a_id, c.b_id, c.similarity FROM compared AS c WHERE c.similarity >= 0.6
    ORDER BY c.similarity DESC, c.a_id, c.b_id LIMIT k
$$;
