-- Gives the documents of the workspace filling.workspace to one of four, by their number: one of a thousand to
-- `rare`, one of a hundred to `few`, one of ten to `some`, the rest to `most`.
INSERT INTO sqlrag.audiences (workspace_id, audience_id, principals)
SELECT current_setting('filling.workspace')::int, a.place, ARRAY[a.name]
FROM unnest(ARRAY['rare', 'few', 'some', 'most']) WITH ORDINALITY AS a (name, place);
CREATE TEMP TABLE draft_share AS
SELECT c.chunk_id, c.document_id, CASE WHEN d.place % 1000 = 500 THEN 1 WHEN d.place % 100 = 7 THEN 2
    WHEN d.place % 10 = 3 THEN 3 ELSE 4 END AS audience_id
FROM (SELECT document_id, row_number() OVER (ORDER BY document_id) AS place FROM sqlrag.documents) AS d
JOIN sqlrag.chunks AS c USING (document_id);
CREATE UNIQUE INDEX ON draft_share (chunk_id);
ANALYZE draft_share;
SET session_replication_role = replica;
UPDATE sqlrag.documents AS t SET audience_id = s.audience_id FROM draft_share AS s WHERE s.document_id = t.document_id;
UPDATE sqlrag.chunks AS t SET audience_id = s.audience_id FROM draft_share AS s WHERE s.chunk_id = t.chunk_id;
UPDATE sqlrag.chunk_terms AS t SET audience_id = s.audience_id FROM draft_share AS s WHERE s.chunk_id = t.chunk_id;
UPDATE sqlrag.chunk_embeddings AS t SET audience_id = s.audience_id FROM draft_share AS s WHERE s.chunk_id = t.chunk_id;
UPDATE sqlrag.mentions AS t SET audience_id = s.audience_id FROM draft_share AS s WHERE s.chunk_id = t.chunk_id;
UPDATE sqlrag.evidence AS t SET audience_id = s.audience_id FROM draft_share AS s WHERE s.chunk_id = t.chunk_id;
DELETE FROM sqlrag.workspace_totals;
INSERT INTO sqlrag.workspace_totals (workspace_id, audience_id, changes, documents, chunks, terms)
SELECT workspace_id, audience_id, 1, count(DISTINCT document_id), count(*), sum(term_count)
FROM sqlrag.chunks GROUP BY workspace_id, audience_id;
SET session_replication_role = DEFAULT;
DROP TABLE draft_share;
