-- The terms as they were.
-- The terms of a text and how often each occurs: stemmed words, and bigrams of CJK characters.
CREATE OR REPLACE FUNCTION pg_temp.lexemes(content text, language text DEFAULT 'simple')
RETURNS TABLE (lexeme text, frequency int)
-- Neither STRICT nor a CTE: either would keep it from being part of the plan that calls it, which
-- for short texts costs more than all the rest.
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT word.lexeme, cardinality(word.positions)
    FROM unnest(to_tsvector(language::regconfig, regexp_replace(
        -- ASCII is normal as it is, and to see it takes a tenth of the time.
        CASE WHEN octet_length(content) = length(content) THEN lower(content) ELSE normalize(lower(content), NFKC) END,
        -- Punctuation goes first, so that the parser finds words only: no "and/or" file names.
        -- The ranges are code points: character classes would follow the database's locale. Spaces stay as they
        -- are: to replace each by itself would take two thirds of the time.
        '[\u0001-\u001f\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf'
        '\u00d7\u00f7\u2000-\u206f\u20a0-\u2bff\u2e00-\u2e7f\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af'
        '\uf900-\ufaff\ufe10-\ufe6f]+',
        ' ', 'g'))) AS word
    UNION ALL
    SELECT substr(run.characters[1], start, 2), count(*)::int
    FROM regexp_matches(
        CASE WHEN octet_length(content) = length(content) THEN '' ELSE normalize(lower(content), NFKC) END,
        '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+', 'g') AS run (characters)
    CROSS JOIN generate_series(1, greatest(length(run.characters[1]) - 1, 1)) AS start
    GROUP BY 1
$$;

CREATE OR REPLACE FUNCTION pg_temp.chunk_lexemes(
    title text, source_key text, headings text[], content text, language text
)
RETURNS TABLE (lexeme text, frequency int, length int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT t.lexeme, t.frequency, t.frequency
    FROM pg_temp.lexemes(concat_ws(E'\n', nullif(title, ''), nullif(array_to_string(headings, ' > '), ''), content),
        language) AS t
$$;

ALTER TYPE sqlrag.term DROP ATTRIBUTE forms;
COMMENT ON TYPE sqlrag.term IS
    'A term of a question: how many chunks have it, what it weighs in BM25, and how many terms a chunk has on '
    'average.';
-- With the type go the functions that take it; the others are lifted after the revisions.
DROP TYPE sqlrag.new_chunk CASCADE;
CREATE TYPE sqlrag.new_chunk AS (
    content text, content_sha256 bytea, token_count int, char_start int, char_end int, page int, page_breaks int[],
    headings text[], indexed text, embedding halfvec
);
COMMENT ON TYPE sqlrag.new_chunk IS 'A chunk to be written; indexed is the text whose terms BM25 counts.';
COMMENT ON COLUMN sqlrag.chunk_terms.term_count IS 'A copy of the chunk''s, so that scoring reads one index only.';

DROP INDEX sqlrag.chunk_terms_by_lexeme, sqlrag.chunk_terms_by_chunk;
TRUNCATE sqlrag.chunk_terms;
WITH term AS MATERIALIZED (
    SELECT c.workspace_id, c.chunk_id, t.lexeme, t.frequency, t.length
    FROM sqlrag.chunks AS c
    JOIN sqlrag.documents AS d USING (workspace_id, document_id)
    CROSS JOIN LATERAL pg_temp.chunk_lexemes(d.title, d.source_key, c.headings, c.content, d.language) AS t
), counted AS MATERIALIZED (
    SELECT c.workspace_id, c.chunk_id, c.term_count AS old_count, coalesce(sum(term.length), 0)::int AS term_count
    FROM sqlrag.chunks AS c LEFT JOIN term USING (workspace_id, chunk_id)
    GROUP BY c.workspace_id, c.chunk_id, c.term_count
), recounted AS (
    UPDATE sqlrag.chunks AS c SET term_count = counted.term_count
    FROM counted
    WHERE c.workspace_id = counted.workspace_id AND c.chunk_id = counted.chunk_id
        AND c.term_count <> counted.term_count
), totalled AS (
    -- A change, so that no answer of before is taken for one of now.
    INSERT INTO sqlrag.workspace_totals (workspace_id, changes, terms)
    SELECT workspace_id, 1, sum(term_count - old_count) FROM counted GROUP BY workspace_id
)
INSERT INTO sqlrag.chunk_terms (workspace_id, lexeme, chunk_id, frequency, term_count)
SELECT workspace_id, term.lexeme, chunk_id, term.frequency, CASE WHEN term.length > 0 THEN counted.term_count ELSE 0 END
FROM term JOIN counted USING (workspace_id, chunk_id);
CREATE UNIQUE INDEX chunk_terms_by_lexeme ON sqlrag.chunk_terms (workspace_id, lexeme, chunk_id)
INCLUDE (frequency, term_count);
CREATE INDEX chunk_terms_by_chunk ON sqlrag.chunk_terms (workspace_id, chunk_id);
-- Until then plans would guess how often a term occurs.
ANALYZE sqlrag.chunks, sqlrag.chunk_terms;
