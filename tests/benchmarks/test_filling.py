"""What benchmarks are run on is what ingestion leaves."""

import asyncpg

from tests.benchmarks.filling import add_workspace, fill

CHUNKS = 100
# Rows by what names them: ids are others.
ROWS = {
    "terms": """SELECT d.source_key, c.ordinal, t.lexeme, t.frequency, t.term_count
        FROM sqlrag.chunk_terms AS t JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        JOIN sqlrag.documents AS d USING (workspace_id, document_id)""",
    "chunks": """SELECT d.source_key, d.title, d.char_count, c.ordinal, c.content, c.token_count,
            c.term_count, c.char_start, c.char_end, c.extractor, e.embedding
        FROM sqlrag.chunks AS c JOIN sqlrag.documents AS d USING (workspace_id, document_id)
        JOIN sqlrag.chunk_embeddings AS e USING (workspace_id, chunk_id)""",
    "mentions": """SELECT a.name_key, c.content, m.name, m.type, m.description, m.is_subject,
            e.embedding
        FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        JOIN sqlrag.entity_aliases AS a USING (workspace_id, entity_id)
        JOIN sqlrag.entity_embeddings AS e USING (workspace_id, entity_id)""",
    "vouched relations": """SELECT least(a.name_key, b.name_key), greatest(a.name_key, b.name_key),
            r.weight AS all, c.content, (v.is_reversed) = (a.name_key > b.name_key), v.keywords,
            v.description, v.weight, e.embedding
        FROM sqlrag.evidence AS v JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
        JOIN sqlrag.relations AS r USING (workspace_id, relation_id)
        JOIN sqlrag.relation_embeddings AS e USING (workspace_id, relation_id)
        JOIN sqlrag.entity_aliases AS a
            ON a.workspace_id = r.workspace_id AND a.entity_id = r.source_id
        JOIN sqlrag.entity_aliases AS b
            ON b.workspace_id = r.workspace_id AND b.entity_id = r.target_id""",
    "workspace_totals": """SELECT sum(documents), sum(chunks), sum(terms)
        FROM sqlrag.workspace_totals AS w""",
    "entities": "SELECT count(*) FROM sqlrag.entities AS e",
}
# What was filled, handed to the function by which a document is ingested.
WRITE = """
WITH vector AS (
    SELECT d.document_id, c.ordinal + 1 AS chunk, m.*, e.embedding
    FROM sqlrag.mentions AS m JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
    JOIN sqlrag.documents AS d USING (workspace_id, document_id)
    JOIN sqlrag.entity_embeddings AS e USING (workspace_id, entity_id) WHERE m.workspace_id = $1
), name AS (
    SELECT v.document_id, v.entity_id, min(v.name) AS name,
        (array_agg(v.embedding))[1] AS embedding,
        row_number() OVER (PARTITION BY v.document_id ORDER BY v.entity_id)::int AS place
    FROM vector AS v GROUP BY 1, 2
)
SELECT count(w.document_id)
FROM (SELECT * FROM sqlrag.documents WHERE workspace_id = $1 ORDER BY document_id) AS d
CROSS JOIN LATERAL sqlrag.write_document($2,
    ROW(d.source_key, d.title, d.media_type, d.language, d.content_sha256, d.recipe, d.metadata,
        d.tags, d.char_count, d.error, NULL)::sqlrag.new_document, NULL, NULL,
    (SELECT array_agg(ROW(c.content, c.content_sha256, c.token_count, c.char_start, c.char_end,
            c.page, c.page_breaks, c.headings, e.embedding)::sqlrag.new_chunk ORDER BY c.ordinal)
        FROM sqlrag.chunks AS c JOIN sqlrag.chunk_embeddings AS e USING (workspace_id, chunk_id)
        WHERE c.workspace_id = $1 AND c.document_id = d.document_id),
    ROW(
        (SELECT array_agg(n.name ORDER BY n.place) FROM name AS n
            WHERE n.document_id = d.document_id),
        (SELECT array_agg(ROW(v.chunk, n.place, v.name, v.type, v.description, v.is_subject)
                ::sqlrag.new_mention)
            FROM vector AS v JOIN name AS n USING (document_id, entity_id)
            WHERE v.document_id = d.document_id),
        (SELECT array_agg(ROW(c.ordinal + 1, CASE WHEN v.is_reversed THEN b.place ELSE a.place END,
                CASE WHEN v.is_reversed THEN a.place ELSE b.place END, v.keywords, v.description,
                v.weight)::sqlrag.new_evidence)
            FROM sqlrag.chunks AS c JOIN sqlrag.evidence AS v USING (workspace_id, chunk_id)
            JOIN sqlrag.relations AS r USING (workspace_id, relation_id)
            JOIN name AS a ON a.document_id = d.document_id AND a.entity_id = r.source_id
            JOIN name AS b ON b.document_id = d.document_id AND b.entity_id = r.target_id
            WHERE c.workspace_id = $1 AND c.document_id = d.document_id),
        '{}',
        (SELECT array_agg(ROW(n.place, n.embedding)::sqlrag.new_entity_vector) FROM name AS n
            WHERE n.document_id = d.document_id),
        (SELECT array_agg(DISTINCT ROW(a.place, b.place, e.embedding)::sqlrag.new_relation_vector)
            FROM sqlrag.chunks AS c JOIN sqlrag.evidence AS v USING (workspace_id, chunk_id)
            JOIN sqlrag.relations AS r USING (workspace_id, relation_id)
            JOIN sqlrag.relation_embeddings AS e USING (workspace_id, relation_id)
            JOIN name AS a ON a.document_id = d.document_id AND a.entity_id = r.source_id
            JOIN name AS b ON b.document_id = d.document_id AND b.entity_id = r.target_id
            WHERE c.workspace_id = $1 AND c.document_id = d.document_id),
        ARRAY(SELECT generate_series(1, 20)), 'offline-filling'
    )::sqlrag.new_graph, 1) AS w
"""


async def test_what_is_filled_is_what_a_document_leaves(connection: asyncpg.Connection) -> None:
    filled = await fill(connection, "filled", CHUNKS)
    written = await add_workspace(connection, "written")
    assert await connection.fetchval(WRITE, filled, written) == CHUNKS / 20
    for name, rows in ROWS.items():
        ask = f"SELECT r::text FROM ({rows} WHERE {name[0]}.workspace_id = $1) AS r ORDER BY 1"
        sides = [await connection.fetch(ask, workspace) for workspace in (filled, written)]
        assert sides[0] == sides[1]
        assert sides[0]
