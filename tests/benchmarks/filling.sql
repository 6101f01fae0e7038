-- Fills the workspace filling.workspace, which is empty, with filling.chunks chunks: twenty a document, each with sixty
-- words and six names in three sentences that relate two. Words and names are as frequent as in language (Mandelbrot
-- 1953): rank r of a word as (r + 2.7) ^ -1.05 of 500,000, of a name as 1 / (r + 5) of 200,000. Vectors lie around 2,000
-- centres. The rows are those that sqlrag.write_document leaves: test_filling compares them.

-- Random, and the same each time.
SELECT setseed(0.25);

CREATE FUNCTION pg_temp.spell(number int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(number::text, '0123456789', 'bcdfghjlmp')
$$;
CREATE FUNCTION pg_temp.name_of(number int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'Q' || pg_temp.spell(number % 2003) || ' K' || pg_temp.spell(number)
$$;
-- A mean and what is added to it: no two pairs are the same, and Postgres adds fast.
CREATE FUNCTION pg_temp.vector_of(centre bigint, noise bigint) RETURNS halfvec LANGUAGE sql STABLE AS $$
    SELECT l2_normalize(c.embedding + n.embedding) FROM draft_vector AS c, draft_vector AS n
    WHERE c.place = centre % 2000 AND n.place = 2000 + noise % 4000
$$;

CREATE TEMP TABLE draft_sentence AS
SELECT d.chunk, d.place, d.one, d.other, 'v' || pg_temp.spell(d.verb) AS verb, pg_temp.name_of(d.one) || ' v'
    || pg_temp.spell(d.verb) || ' ' || pg_temp.name_of(d.other) AS sentence
FROM (
    SELECT chunk, place, (5 * 40001 ^ random())::int - 5 AS one, (5 * 40001 ^ random())::int - 5 AS other,
        (random() * 200)::int AS verb
    FROM generate_series(1, current_setting('filling.chunks')::int) AS chunk, generate_series(1, 3) AS place
) AS d;
CREATE TEMP TABLE draft_word AS
SELECT chunk, place, pg_temp.spell((
    (2.7 ^ -0.05 + random() * (500002.7 ^ -0.05 - 2.7 ^ -0.05)) ^ -20::float8 - 1.7)::int) AS word
FROM generate_series(1, current_setting('filling.chunks')::int) AS chunk, generate_series(1, 60) AS place;
CREATE INDEX ON draft_sentence (chunk, place);
ANALYZE draft_sentence, draft_word;

-- What the documents are. Every hundredth is rare, every second common.
CREATE TEMP TABLE draft_document AS
SELECT nextval(pg_get_serial_sequence('sqlrag.documents', 'document_id')) AS document_id, s.chunk / 20 AS number,
    pg_temp.name_of(s.one) AS title
FROM draft_sentence AS s WHERE s.chunk % 20 = 1 AND s.place = 1 ORDER BY s.chunk;
CREATE TEMP TABLE draft_chunk AS
SELECT nextval(pg_get_serial_sequence('sqlrag.chunks', 'chunk_id')) AS chunk_id, w.*
FROM (
    SELECT w.chunk, string_agg(w.words, ' ' ORDER BY w.sentence) AS content
    FROM (
        SELECT w.chunk, s.place AS sentence,
            s.sentence || ' ' || string_agg(w.word, ' ' ORDER BY w.place) || '.' AS words
        FROM draft_word AS w JOIN draft_sentence AS s ON s.chunk = w.chunk AND s.place = 1 + w.place % 3
        GROUP BY w.chunk, s.place, s.sentence
    ) AS w GROUP BY w.chunk ORDER BY w.chunk
) AS w;
CREATE TEMP TABLE draft_term AS
SELECT term.chunk, term.lexeme COLLATE "C" AS lexeme, sum(term.frequency)::int AS frequency,
    sum(term.length)::int AS length
FROM (
    SELECT w.chunk, w.word AS lexeme, 1 AS frequency, 1 AS length FROM draft_word AS w
    UNION ALL
    SELECT s.chunk, lower(part), 1, 1 FROM draft_sentence AS s, string_to_table(s.sentence, ' ') AS part
    UNION ALL
    SELECT c.chunk, field.mark || lower(part), 3, field.length
    FROM draft_chunk AS c JOIN draft_document AS d ON d.number = (c.chunk - 1) / 20
    CROSS JOIN string_to_table(d.title, ' ') AS part CROSS JOIN (VALUES ('', 1), ('^', 0)) AS field (mark, length)
) AS term GROUP BY term.chunk, term.lexeme;
CREATE TEMP TABLE draft_length AS
SELECT t.chunk, sum(t.length)::int AS term_count FROM draft_term AS t GROUP BY t.chunk;

-- What is in the graph: entities in the order in which chunks name them.
CREATE TEMP TABLE draft_name AS
SELECT s.chunk, n.number, n.place = 1 AND s.place = 1 AS is_first, s.place, s.sentence
FROM draft_sentence AS s CROSS JOIN LATERAL (VALUES (1, s.one), (2, s.other)) AS n (place, number);
CREATE TEMP TABLE draft_entity AS
SELECT nextval(pg_get_serial_sequence('sqlrag.entities', 'entity_id')) AS entity_id, n.number, n.chunk
FROM (SELECT n.number, min(n.chunk) AS chunk FROM draft_name AS n GROUP BY 1 ORDER BY 2, 1) AS n;
CREATE TEMP TABLE draft_evidence AS
SELECT c.chunk_id, least(a.entity_id, b.entity_id) AS source_id, greatest(a.entity_id, b.entity_id) AS target_id,
    (array_agg(a.entity_id > b.entity_id ORDER BY s.place))[1] AS is_reversed,
    string_agg(DISTINCT s.verb, ', ') AS keywords, string_agg(DISTINCT s.sentence, ' ') AS description,
    count(*)::float8 AS weight
FROM draft_sentence AS s JOIN draft_chunk AS c USING (chunk)
JOIN draft_entity AS a ON a.number = s.one JOIN draft_entity AS b ON b.number = s.other
WHERE s.one <> s.other GROUP BY 1, 2, 3;
CREATE TEMP TABLE draft_relation AS
SELECT nextval(pg_get_serial_sequence('sqlrag.relations', 'relation_id')) AS relation_id, e.*
FROM (
    SELECT e.source_id, e.target_id, sum(e.weight) AS weight FROM draft_evidence AS e
    GROUP BY 1, 2 ORDER BY min(e.chunk_id), 1, 2
) AS e;
ANALYZE draft_document, draft_chunk, draft_term, draft_length, draft_name, draft_entity, draft_evidence, draft_relation;

-- Neither triggers nor look-ups for foreign keys: sums are written below, and keys are right by construction.
SET session_replication_role = replica;
INSERT INTO sqlrag.documents OVERRIDING SYSTEM VALUE
SELECT current_setting('filling.workspace')::int, d.document_id, 'd' || d.number, d.title, 'text/plain', 'simple',
    sha256(d.number::text::bytea), '', jsonb_build_object('rare', d.number % 100 = 0, 'common', d.number % 2 = 0),
    '{}', 'ready', NULL, sum(length(c.content) + 1)::int
FROM draft_document AS d JOIN draft_chunk AS c ON (c.chunk - 1) / 20 = d.number
GROUP BY d.document_id, d.number, d.title ORDER BY d.document_id;
INSERT INTO sqlrag.chunks OVERRIDING SYSTEM VALUE
SELECT current_setting('filling.workspace')::int, c.chunk_id, d.document_id, (c.chunk - 1) % 20, c.content,
    sha256(convert_to(c.content, 'UTF8')), length(c.content) / 4, l.term_count, c.start, c.start + length(c.content),
    NULL, '{}', '{}', 'offline-filling'
FROM (
    SELECT c.*, (sum(length(c.content) + 1) OVER (PARTITION BY (c.chunk - 1) / 20 ORDER BY c.chunk)
        - length(c.content) - 1)::int AS start FROM draft_chunk AS c
) AS c
JOIN draft_document AS d ON d.number = (c.chunk - 1) / 20 JOIN draft_length AS l USING (chunk)
ORDER BY c.chunk_id;
INSERT INTO sqlrag.chunk_terms
SELECT current_setting('filling.workspace')::int, t.lexeme, c.chunk_id, t.frequency,
    CASE WHEN t.length > 0 THEN l.term_count ELSE 0 END
FROM draft_term AS t JOIN draft_chunk AS c USING (chunk) JOIN draft_length AS l USING (chunk)
ORDER BY c.chunk / 20, t.lexeme, c.chunk;
INSERT INTO sqlrag.entities (workspace_id, entity_id)
SELECT current_setting('filling.workspace')::int, e.entity_id FROM draft_entity AS e ORDER BY e.entity_id;
INSERT INTO sqlrag.entity_aliases (workspace_id, name_key, entity_id)
SELECT current_setting('filling.workspace')::int, lower(pg_temp.name_of(e.number)), e.entity_id
FROM draft_entity AS e ORDER BY e.entity_id;
INSERT INTO sqlrag.mentions
SELECT DISTINCT ON (c.chunk_id, e.entity_id) current_setting('filling.workspace')::int, e.entity_id, c.chunk_id,
    pg_temp.name_of(n.number), 'concept', n.sentence, n.is_first
FROM draft_name AS n JOIN draft_entity AS e USING (number) JOIN draft_chunk AS c ON c.chunk = n.chunk
ORDER BY c.chunk_id, e.entity_id, n.is_first DESC, n.place;
INSERT INTO sqlrag.relations (workspace_id, relation_id, source_id, target_id, weight)
SELECT current_setting('filling.workspace')::int, r.relation_id, r.source_id, r.target_id, r.weight
FROM draft_relation AS r ORDER BY r.relation_id;
INSERT INTO sqlrag.evidence
SELECT current_setting('filling.workspace')::int, r.relation_id, e.chunk_id, e.is_reversed, e.keywords, e.description,
    e.weight
FROM draft_evidence AS e JOIN draft_relation AS r USING (source_id, target_id) ORDER BY e.chunk_id, r.relation_id;
INSERT INTO sqlrag.chunk_embeddings
SELECT w.workspace_id, c.chunk_id, w.space_id, pg_temp.vector_of(n.number, c.chunk_id)
FROM draft_chunk AS c JOIN draft_name AS n USING (chunk), sqlrag.workspaces AS w
WHERE n.is_first AND w.workspace_id = current_setting('filling.workspace')::int ORDER BY c.chunk_id;
INSERT INTO sqlrag.entity_embeddings
SELECT w.workspace_id, e.entity_id, w.space_id, pg_temp.vector_of(e.number, e.entity_id)
FROM draft_entity AS e, sqlrag.workspaces AS w
WHERE w.workspace_id = current_setting('filling.workspace')::int ORDER BY e.entity_id;
INSERT INTO sqlrag.relation_embeddings
SELECT w.workspace_id, r.relation_id, w.space_id, pg_temp.vector_of(r.source_id * 7 + r.target_id, r.relation_id)
FROM draft_relation AS r, sqlrag.workspaces AS w
WHERE w.workspace_id = current_setting('filling.workspace')::int ORDER BY r.relation_id;
INSERT INTO sqlrag.workspace_totals (workspace_id, changes, documents, chunks, terms)
SELECT current_setting('filling.workspace')::int, 1, (SELECT count(*) FROM draft_document), count(*), sum(term_count)
FROM draft_length;
SET session_replication_role = DEFAULT;
DISCARD TEMP;
