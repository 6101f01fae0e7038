-- A workspace of four hundred relations between entity 50 and others before and after it. Chunks of one of three
-- audiences say each, once to four times; a person has weighed one of twenty anew, or made it.
INSERT INTO sqlrag.workspaces (workspace_id, name) OVERRIDING SYSTEM VALUE VALUES (77, 'hub');
INSERT INTO sqlrag.audiences (workspace_id, audience_id, principals)
SELECT 77, n, ARRAY['team-' || n] FROM generate_series(1, 3) AS n;
INSERT INTO sqlrag.entities (workspace_id, entity_id) SELECT 77, n FROM generate_series(1, 400) AS n;
CREATE TEMP TABLE said ON COMMIT DROP AS
SELECT n AS relation_id, n * 10 + turn AS chunk_id, 1 + (3 * random() ^ 3)::int AS audience_id,
    (1 + (3 * random() ^ 4)::int)::float8 AS weight
FROM generate_series(1, 400) AS n, generate_series(1, 4) AS turn
WHERE n <> 50 AND turn <= 1 + (4 * random() ^ 4)::int;
INSERT INTO sqlrag.evidence
    (workspace_id, relation_id, chunk_id, is_reversed, keywords, description, weight, audience_id)
SELECT 77, relation_id, chunk_id, false, '', '', weight, audience_id FROM said;
INSERT INTO sqlrag.mentions
    (workspace_id, entity_id, chunk_id, name, type, description, is_subject, audience_id)
SELECT 77, place, chunk_id, 'x', 'x', '', false, audience_id
FROM said, unnest(ARRAY[relation_id, 50]) AS place;
INSERT INTO sqlrag.relations (
    workspace_id, relation_id, source_id, target_id, weight, edited_by, edited_at, edited_weight,
    is_made_by_hand
)
SELECT 77, said.relation_id, least(50, said.relation_id), greatest(50, said.relation_id),
    coalesce(edit.weight, sum(said.weight)), edit.who, edit.at, edit.weight, coalesce(edit.made, false)
FROM said
LEFT JOIN (
    SELECT n AS relation_id, 'ada' AS who, now() AS at, 0.5 + 9 * random() AS weight, n % 40 = 0 AS made
    FROM generate_series(10, 400, 20) AS n
) AS edit USING (relation_id)
GROUP BY said.relation_id, edit.who, edit.at, edit.weight, edit.made;
