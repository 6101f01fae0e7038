-- The tables of a workspace as one reads them who may not read every document: docs/decisions/0056. Every function of
-- functions/ that looks is laid in this schema a second time, over these in the place of the tables.

-- What sqlrag.read_as has said for this transaction; an error where it has said nothing.
CREATE FUNCTION sqlrag_readable.asked() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT split_part(current_setting('sqlrag.reads'), ' ', 1)::int
$$;
CREATE FUNCTION sqlrag_readable.bits() RETURNS varbit
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT split_part(current_setting('sqlrag.reads'), ' ', 2)::varbit
$$;
CREATE FUNCTION sqlrag_readable.nobody() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT length(split_part(current_setting('sqlrag.reads'), ' ', 2)) - 1
$$;
-- About how much of the workspace one may read, from 0 to 1: how far to look for something is a guess by it.
CREATE FUNCTION sqlrag_readable.share() RETURNS float8
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT split_part(current_setting('sqlrag.reads'), ' ', 3)::float8
$$;

-- What is made of a document has its audience. The number of one that came later than the reader is nobody's, and so is
-- every row of another workspace. Compared by <>, of which the planner expects to hold nearly always: by = it would
-- expect one row of two hundred, and join accordingly.
CREATE VIEW sqlrag_readable.documents AS
SELECT d.* FROM sqlrag.documents AS d
WHERE get_bit((SELECT sqlrag_readable.bits()), CASE WHEN d.workspace_id = (SELECT sqlrag_readable.asked())
    THEN least(d.audience_id, (SELECT sqlrag_readable.nobody())) ELSE (SELECT sqlrag_readable.nobody()) END) <> 0;
CREATE VIEW sqlrag_readable.chunks AS
SELECT c.* FROM sqlrag.chunks AS c
WHERE get_bit((SELECT sqlrag_readable.bits()), CASE WHEN c.workspace_id = (SELECT sqlrag_readable.asked())
    THEN least(c.audience_id, (SELECT sqlrag_readable.nobody())) ELSE (SELECT sqlrag_readable.nobody()) END) <> 0;
CREATE VIEW sqlrag_readable.chunk_terms AS
SELECT t.* FROM sqlrag.chunk_terms AS t
WHERE get_bit((SELECT sqlrag_readable.bits()), CASE WHEN t.workspace_id = (SELECT sqlrag_readable.asked())
    THEN least(t.audience_id, (SELECT sqlrag_readable.nobody())) ELSE (SELECT sqlrag_readable.nobody()) END) <> 0;
CREATE VIEW sqlrag_readable.chunk_embeddings AS
SELECT e.* FROM sqlrag.chunk_embeddings AS e
WHERE get_bit((SELECT sqlrag_readable.bits()), CASE WHEN e.workspace_id = (SELECT sqlrag_readable.asked())
    THEN least(e.audience_id, (SELECT sqlrag_readable.nobody())) ELSE (SELECT sqlrag_readable.nobody()) END) <> 0;
CREATE VIEW sqlrag_readable.mentions AS
SELECT m.* FROM sqlrag.mentions AS m
WHERE get_bit((SELECT sqlrag_readable.bits()), CASE WHEN m.workspace_id = (SELECT sqlrag_readable.asked())
    THEN least(m.audience_id, (SELECT sqlrag_readable.nobody())) ELSE (SELECT sqlrag_readable.nobody()) END) <> 0;
CREATE VIEW sqlrag_readable.evidence AS
SELECT v.* FROM sqlrag.evidence AS v
WHERE get_bit((SELECT sqlrag_readable.bits()), CASE WHEN v.workspace_id = (SELECT sqlrag_readable.asked())
    THEN least(v.audience_id, (SELECT sqlrag_readable.nobody())) ELSE (SELECT sqlrag_readable.nobody()) END) <> 0;
CREATE VIEW sqlrag_readable.workspace_totals AS
SELECT t.* FROM sqlrag.workspace_totals AS t
WHERE get_bit((SELECT sqlrag_readable.bits()), CASE WHEN t.workspace_id = (SELECT sqlrag_readable.asked())
    THEN least(t.audience_id, (SELECT sqlrag_readable.nobody())) ELSE (SELECT sqlrag_readable.nobody()) END) <> 0;

-- Whom a readable document mentions, or whom a person made. What people changed, they changed knowing all documents:
-- it is shown of what they made, and of nothing else. A look-up each, by a LIMIT: an EXISTS may be hashed, of all
-- mentions of a workspace for the sake of a few rows.
CREATE VIEW sqlrag_readable.entities AS
SELECT e.workspace_id, e.entity_id, CASE WHEN e.is_made_by_hand THEN e.name END AS name,
    CASE WHEN e.is_made_by_hand THEN e.type END AS type,
    CASE WHEN e.is_made_by_hand THEN e.description END AS description,
    CASE WHEN e.is_made_by_hand THEN e.edited_by END AS edited_by,
    CASE WHEN e.is_made_by_hand THEN e.edited_at END AS edited_at, e.is_made_by_hand
FROM sqlrag.entities AS e
WHERE e.is_made_by_hand OR (
    SELECT m.chunk_id FROM sqlrag_readable.mentions AS m
    WHERE m.workspace_id = e.workspace_id AND m.entity_id = e.entity_id LIMIT 1
) IS NOT NULL;

-- Names that a readable document uses, or that a person gave to what he made.
CREATE VIEW sqlrag_readable.entity_aliases AS
SELECT a.*
FROM sqlrag.entity_aliases AS a
WHERE a.entity_id IS NOT NULL AND (a.document_id = 0 OR (
    SELECT d.document_id FROM sqlrag_readable.documents AS d
    WHERE d.workspace_id = a.workspace_id AND d.document_id = a.document_id LIMIT 1
) IS NOT NULL) AND ((
    SELECT m.chunk_id FROM sqlrag_readable.mentions AS m
    WHERE m.workspace_id = a.workspace_id AND m.entity_id = a.entity_id AND sqlrag.name_key(m.name) = a.name_key LIMIT 1
) IS NOT NULL OR (
    SELECT e.entity_id FROM sqlrag.entities AS e
    WHERE e.workspace_id = a.workspace_id AND e.entity_id = a.entity_id AND e.is_made_by_hand
        AND sqlrag.name_key(e.name) = a.name_key LIMIT 1
) IS NOT NULL);

-- With the weight of readable evidence.
CREATE VIEW sqlrag_readable.relations AS
SELECT r.workspace_id, r.relation_id, r.source_id, r.target_id,
    CASE WHEN r.is_made_by_hand THEN r.weight ELSE said.weight END AS weight,
    CASE WHEN r.is_made_by_hand THEN r.keywords END AS keywords,
    CASE WHEN r.is_made_by_hand THEN r.description END AS description,
    CASE WHEN r.is_made_by_hand THEN r.edited_by END AS edited_by,
    CASE WHEN r.is_made_by_hand THEN r.edited_at END AS edited_at,
    CASE WHEN r.is_made_by_hand THEN r.edited_weight END AS edited_weight,
    CASE WHEN r.is_made_by_hand THEN r.is_reversed END AS is_reversed, r.is_made_by_hand
FROM sqlrag.relations AS r
CROSS JOIN LATERAL (
    SELECT sum(v.weight) AS weight FROM sqlrag_readable.evidence AS v
    WHERE v.workspace_id = r.workspace_id AND v.relation_id = r.relation_id
) AS said
WHERE said.weight IS NOT NULL OR r.is_made_by_hand AND (
    SELECT count(*) FROM sqlrag_readable.entities AS e
    WHERE e.workspace_id = r.workspace_id AND e.entity_id IN (r.source_id, r.target_id)
) = 2;

-- One text for what several documents say: not shown to who may not read all of them.
CREATE VIEW sqlrag_readable.entity_embeddings AS SELECT e.* FROM sqlrag.entity_embeddings AS e WHERE false;
CREATE VIEW sqlrag_readable.relation_embeddings AS SELECT e.* FROM sqlrag.relation_embeddings AS e WHERE false;
CREATE VIEW sqlrag_readable.entity_summaries AS SELECT s.* FROM sqlrag.entity_summaries AS s WHERE false;
CREATE VIEW sqlrag_readable.relation_summaries AS SELECT s.* FROM sqlrag.relation_summaries AS s WHERE false;

-- Questions that were asked in the background by the same key, or token, for the same principals.
CREATE VIEW sqlrag_readable.jobs AS
SELECT j.* FROM sqlrag.jobs AS j
WHERE j.workspace_id = (SELECT sqlrag_readable.asked()) AND j.kind = 'query'
    AND j.arguments #>> '{asked_by,role}' = 'reader'
    AND (j.arguments -> 'asked_by') - 'role' = current_setting('sqlrag.asker')::jsonb;
