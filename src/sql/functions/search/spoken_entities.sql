-- The entities of chunks and what each is worth there, from 0 to 1: mentions, and names that other documents taught.
CREATE OR REPLACE FUNCTION sqlrag.spoken_entities(workspace int, chunk_ids bigint[], taught boolean DEFAULT true)
RETURNS TABLE (chunk_id bigint, entity_id bigint, worth float8, is_mention boolean, is_said boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    -- Measured: docs/multihop.md. Rules overlook names; a model that left one out knew why.
    taught_worth_by_rules CONSTANT float8 := 0.3;
    taught_worth_by_model CONSTANT float8 := 0.1;
    worth_of_no_name CONSTANT float8 := 0.1;
    loss_to_the_end CONSTANT float8 := 0.7;
BEGIN
    -- The plan is made once: planning takes as long as the work.
    RETURN QUERY
    WITH read AS MATERIALIZED (
        SELECT c.chunk_id, c.document_id,
            CASE WHEN c.extractor LIKE 'offline%' THEN taught_worth_by_rules
                ELSE taught_worth_by_model END AS taught_worth,
            lower(c.content) AS content, length(c.content) AS length, d.title || ' ' || c.content AS whole,
            lower(d.title || ' ' || array_to_string(c.headings, ' ') || ' ' || c.content) AS lower_whole
        FROM sqlrag.chunks AS c
        CROSS JOIN LATERAL (
            SELECT held.title FROM sqlrag.documents AS held
            WHERE held.workspace_id = workspace AND held.document_id = c.document_id LIMIT 1
        ) AS d
        WHERE c.workspace_id = workspace AND c.chunk_id = ANY (chunk_ids)
    ), mention AS MATERIALIZED (
        -- What stands early is worth more; what is no name but words in small letters or a number, little.
        SELECT m.chunk_id, m.entity_id, sqlrag.is_said(read.lower_whole, m.name) AS is_said,
            (1 - loss_to_the_end
                * coalesce((nullif(strpos(read.content, lower(m.name)), 0) - 1) / nullif(read.length, 0)::float8, 1))
            * CASE WHEN m.name = lower(m.name) AND m.name <> upper(m.name) OR m.name ~ '^[\d\s[:punct:]]*$'
                THEN worth_of_no_name ELSE 1 END AS worth
        FROM read JOIN sqlrag.mentions AS m ON m.workspace_id = workspace AND m.chunk_id = read.chunk_id
        WHERE m.workspace_id = workspace AND m.chunk_id = ANY (chunk_ids)
    ), text AS MATERIALIZED (
        SELECT read.chunk_id, read.document_id, read.taught_worth, string_to_array(btrim(regexp_replace(
            CASE WHEN octet_length(read.whole) = length(read.whole) THEN read.whole
                ELSE normalize(read.whole, NFKC) END,
            '[\u0001-\u0025\u0027-\u002a\u002c-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf'
            '\u2000-\u206f\u3000-\u303f]+', ' ', 'g'
        )), ' ') AS words
        FROM read WHERE taught
    ), run AS MATERIALIZED (
        SELECT text.chunk_id, text.document_id, text.taught_worth, text.words[token.at:token.at + 7] AS words
        FROM text CROSS JOIN unnest(text.words) WITH ORDINALITY AS token (word, at)
        WHERE (left(token.word, 1) <> lower(left(token.word, 1)) AND token.word NOT IN ('The', 'A', 'An')
            OR left(token.word, 1) BETWEEN '0' AND '9')
    ), gram AS MATERIALIZED (
        -- A name of several words begins and ends with a capital or a digit, and its key has no article.
        SELECT run.chunk_id, run.document_id, run.taught_worth,
            sqlrag.fold_case(array_to_string(run.words[:length], ' ')) AS name_key
        FROM run CROSS JOIN generate_series(2, cardinality(run.words)) AS length
        WHERE left(run.words[length], 1) <> lower(left(run.words[length], 1))
            OR left(run.words[length], 1) BETWEEN '0' AND '9'
    ), alias AS MATERIALIZED (
        SELECT a.entity_id, a.name_key, a.document_id FROM sqlrag.entity_aliases AS a
        WHERE a.workspace_id = workspace AND a.name_key = ANY (ARRAY(SELECT gram.name_key COLLATE "C" FROM gram))
            AND a.entity_id IS NOT NULL
    )
    SELECT mention.chunk_id, mention.entity_id, mention.worth, true, mention.is_said FROM mention
    UNION ALL
    SELECT DISTINCT gram.chunk_id, alias.entity_id, gram.taught_worth::float8, false, true
    FROM alias JOIN gram ON gram.name_key = alias.name_key AND alias.document_id IN (0, gram.document_id)
    WHERE NOT EXISTS (SELECT FROM mention WHERE mention.chunk_id = gram.chunk_id
        AND mention.entity_id = alias.entity_id);
END;
$$;
