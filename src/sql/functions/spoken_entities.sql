-- The entities of a chunk and how far into it each is named, from 0 to 1: its mentions, and names that other documents taught.
-- call: SELECT entity_id, place, is_mention FROM rag.spoken_entities($1, $2)
CREATE OR REPLACE FUNCTION rag.spoken_entities(workspace int, chunk bigint)
RETURNS TABLE (entity_id bigint, place float8, is_mention boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 AS $$
    WITH read AS MATERIALIZED (
        SELECT c.document_id, lower(c.content) AS content, d.title || ' ' || c.content AS whole
        FROM sqlrag.chunks AS c
        JOIN sqlrag.documents AS d ON d.workspace_id = c.workspace_id AND d.document_id = c.document_id
        WHERE c.workspace_id = workspace AND c.chunk_id = chunk
    ), mention AS MATERIALIZED (
        -- Below a title that stands nowhere in the text, the end is as good a place as any.
        SELECT m.entity_id, coalesce((nullif(strpos(read.content, lower(m.name)), 0) - 1) / nullif(length(read.content), 0)::float8, 1) AS place
        FROM read CROSS JOIN sqlrag.mentions AS m
        WHERE m.workspace_id = workspace AND m.chunk_id = chunk
    ), word AS (
        SELECT token.word, array_agg(lower(token.word)) OVER (ORDER BY token.at ROWS BETWEEN CURRENT ROW AND 7 FOLLOWING) AS run
        FROM read, regexp_split_to_table(
            normalize(read.whole, NFKC),
            '[\u0001-\u0025\u0027-\u002a\u002c-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+'
        ) WITH ORDINALITY AS token (word, at)
    ), gram AS MATERIALIZED (
        -- A name of several words begins with a capital or a digit; single words are left to the extractor.
        SELECT DISTINCT array_to_string(word.run[:length], ' ') AS name_key
        FROM word CROSS JOIN generate_series(2, cardinality(word.run)) AS length
        WHERE left(word.word, 1) <> lower(left(word.word, 1)) OR word.word ~ '^\d'
    )
    SELECT mention.entity_id, mention.place, true FROM mention
    UNION ALL
    SELECT DISTINCT alias.entity_id, 1::float8, false
    FROM gram CROSS JOIN read CROSS JOIN LATERAL (
        SELECT a.entity_id FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.name_key = gram.name_key COLLATE "C" AND a.document_id IN (0, read.document_id)
    ) AS alias
    WHERE NOT EXISTS (SELECT FROM mention WHERE mention.entity_id = alias.entity_id)
$$;
COMMENT ON FUNCTION rag.spoken_entities IS 'The entities that a chunk speaks of. Example: SELECT * FROM rag.spoken_entities(1, 1)';
