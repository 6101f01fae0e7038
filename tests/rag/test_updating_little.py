"""An update writes what has changed, and leaves what a document written at once would be."""

import random
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.settings import Settings
from tests.support.owning import needs_owner

SMALL: dict[str, Any] = {"chunk_min_tokens": 10, "chunk_max_tokens": 60, "chunk_overlap_tokens": 0}
PEOPLE = ("Ada Quist", "Ivo Brandt", "Grace Hopper", "Board of Trade", "Harrow Vale", "Mill Street")
VERBS = ("wrote to", "sold a mill to", "met", "lived beside", "argued with", "taught")
# What is stored of a document, without ids: entities are known by their names in it.
STORED = (
    """SELECT c.ordinal, c.content, c.char_start, c.char_end, c.headings, c.extractor, c.term_count
    FROM sqlrag.chunks AS c WHERE c.workspace_id = $1 ORDER BY 1""",
    """SELECT c.ordinal, t.lexeme, t.frequency, t.term_count FROM sqlrag.chunk_terms AS t
    JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
    WHERE t.workspace_id = $1 ORDER BY 1, 2""",
    """SELECT c.ordinal, m.name, m.type, m.description, m.is_subject FROM sqlrag.mentions AS m
    JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
    WHERE m.workspace_id = $1 ORDER BY 1, 2""",
    """SELECT a.name_key, v.embedding::text FROM sqlrag.entities AS e
    LEFT JOIN sqlrag.entity_aliases AS a USING (workspace_id, entity_id)
    LEFT JOIN sqlrag.entity_embeddings AS v USING (workspace_id, entity_id)
    WHERE e.workspace_id = $1 ORDER BY 1""",
    """SELECT least(s.name_key, t.name_key), greatest(s.name_key, t.name_key), r.weight,
        v.embedding::text,
        (SELECT array_agg((c.ordinal, e.keywords, e.description, e.weight, CASE
                WHEN e.is_reversed THEN t.name_key ELSE s.name_key END)::text ORDER BY c.ordinal)
            FROM sqlrag.evidence AS e JOIN sqlrag.chunks AS c USING (workspace_id, chunk_id)
            WHERE e.workspace_id = r.workspace_id AND e.relation_id = r.relation_id)
    FROM sqlrag.relations AS r
    JOIN sqlrag.entity_aliases AS s ON s.workspace_id = r.workspace_id AND s.entity_id = r.source_id
    JOIN sqlrag.entity_aliases AS t ON t.workspace_id = r.workspace_id AND t.entity_id = r.target_id
    LEFT JOIN sqlrag.relation_embeddings AS v
        ON v.workspace_id = r.workspace_id AND v.relation_id = r.relation_id
    WHERE r.workspace_id = $1 ORDER BY 1, 2""",
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update=SMALL)


def make_paragraph(chance: random.Random) -> str:
    said = [
        f"{chance.choice(PEOPLE)} {chance.choice(VERBS)} {chance.choice(PEOPLE)} in 19{n:02}."
        for n in sorted(chance.sample(range(100), 2))
    ]
    return " ".join(said) + " The letters of that year are kept in the archive of the town hall."


def letters(paragraphs: list[str]) -> Source:
    return Source.of_text("\n\n".join(paragraphs), "letters", title="Letters")


def change(chance: random.Random, paragraphs: list[str]) -> list[str]:
    """Some replaced, added, taken away or moved."""
    changed = list(paragraphs)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(changed))
        what = chance.choice(("replace", "add", "remove", "move", "twice"))
        if what == "add":
            changed.insert(place, make_paragraph(chance))
        elif what == "replace":
            changed[place] = make_paragraph(chance)
        elif what == "twice":
            changed.append(changed[place])
        elif len(changed) > 2:
            moved = changed.pop(place)
            if what == "move":
                changed.insert(chance.randrange(len(changed)), moved)
    return changed


async def stored(connection: asyncpg.Connection, rag: Rag, workspace: str) -> list[Any]:
    found = await rag.workspaces.get(workspace)
    return [await connection.fetch(statement, found.id) for statement in STORED]


@pytest.mark.parametrize("seed", range(8))
async def test_a_document_is_what_it_would_be_written_at_once(
    rag: Rag, connection: asyncpg.Connection, seed: int
) -> None:
    chance = random.Random(seed)
    steps, once = rag.in_workspace("steps"), rag.in_workspace("once")
    paragraphs = [make_paragraph(chance) for _ in range(chance.randint(1, 12))]
    for _ in range(6):
        await steps.ingest(letters(paragraphs))
        paragraphs = change(chance, paragraphs)
    await steps.ingest(letters(paragraphs))
    await once.ingest(letters(paragraphs))
    assert await connection.fetch("SELECT * FROM rag.orphans") == []
    for updated, whole in zip(
        await stored(connection, rag, "steps"), await stored(connection, rag, "once"), strict=True
    ):
        assert updated == whole


@needs_owner
async def test_an_update_of_a_paragraph_writes_little(rag: Rag) -> None:
    firsts = ("Ada", "Ivo", "Olga", "Nils", "Mara", "Otto", "Lena", "Karl")
    lasts = ("Berg", "Holm", "Quist", "Vale")
    names = [
        f"{first} {last}{end}" for first in firsts for last in lasts for end in ("", "en", "sen")
    ]
    paragraphs = [
        f"{one} sold the mill to {other}. {other} wrote to {one}. The letter was kept for years."
        for one, other in zip(names[::2], names[1::2], strict=True)
    ]
    first = await count_changes(rag, paragraphs)
    # As many sentences as before: how strongly names belong together is a share of them.
    paragraphs[20] = "Paula Reed met Hugo Stern. Hugo Stern taught Paula Reed. It was kept there."
    second = await count_changes(rag, paragraphs)
    for table in ("mentions", "evidence", "chunk_terms", "chunk_embeddings"):
        assert second[table] < first[table] / 8, table
        assert first[table] > 40, table
    for table in ("entities", "relations", "entity_embeddings", "relation_embeddings"):
        assert second[table] <= 12, table


async def count_changes(rag: Rag, paragraphs: list[str]) -> dict[str, int]:
    """Of rows of each table."""
    before = await read(rag)
    await rag.ingest(letters(paragraphs))
    after = await read(rag)
    return {name: after[name] - before[name] for name in after}


async def read(rag: Rag) -> dict[str, int]:
    """Once what other sessions have written is told."""

    async def look(connection: asyncpg.Connection) -> Any:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        return await connection.fetch(
            """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS written
            FROM pg_stat_user_tables WHERE schemaname = 'sqlrag'"""
        )

    return {row["relname"]: row["written"] for row in await rag.storage.database.run(look)}
