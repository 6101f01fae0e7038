"""A workspace goes to another embedding space while it is read and written, or not at all."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.vectors import halfvec
from sqlrag.domain.errors import BadInput, NotFound, SpaceMismatch
from sqlrag.domain.retrieval import QueryParam
from sqlrag.offline.embedder import HashingEmbedder
from sqlrag.rag import spaces
from sqlrag.repositories import indexes
from tests.stub_openai import EMBEDDINGS, StubOpenAI
from tests.support.owning import needs_owner

OLD, NEW = "offline-hashing-v1", "use-multilingual-v3"
TABLES = ("chunk", "entity", "relation")
TEXT = "Agnes Thrale of the Tarnsey Light lit lamp {0} in Sallow Cove. Lamp {0} was kept in 1874."


@pytest.fixture
def settings(newcomers):
    return newcomers


@pytest.fixture
async def hashed(url, settings):
    """A Rag whose workspace holds thirty documents in the space of the hashing embedder, as a home
    of an older version has it."""
    old = settings.model_copy(update={"embedding_model": OLD})
    async with Rag.open(url, settings=old) as rag:
        await rag.insert([TEXT.format(n) for n in range(30)], [f"doc-{n}" for n in range(30)])
    async with Rag.open(url, settings=settings) as rag:
        yield rag


async def count_spaces(connection: asyncpg.Connection) -> dict[str, dict[str, int]]:
    """By kind and model, how many vectors there are."""
    found = {}
    for kind in TABLES:
        rows = await connection.fetch(
            f"SELECT s.model, count(*) FROM sqlrag.{kind}_embeddings "
            "JOIN sqlrag.embedding_spaces AS s USING (space_id) GROUP BY s.model"
        )
        found[kind] = dict(rows)
    return found


async def assert_switched(connection, model, chunks):
    counts = await count_spaces(connection)
    assert [set(models) for models in counts.values()] == [{model}] * 3, "nothing of the old space"
    assert counts["chunk"][model] == chunks
    told = await connection.fetchrow("SELECT model, dimensions FROM rag.workspaces")
    assert tuple(told) == (model, 512)


async def test_a_workspace_of_other_dimensions_keeps_them(hashed, connection, url, settings):
    other = settings.model_copy(update={"embedding_model": OLD, "offline_dimensions": 64})
    async with Rag.open(url, settings=other) as rag:
        await rag.insert(TEXT.format(99), "late")
        assert (await rag.search("Who lit lamp 99?")).chunks[0].source_key == "late"
    await assert_switched(connection, OLD, 31)


async def test_a_workspace_of_an_older_version_keeps_its_space(hashed, connection):
    await hashed.insert(TEXT.format(99), "late")
    found = await hashed.search("Who lit lamp 99?", QueryParam(mode="naive"))
    assert found.chunks[0].source_key == "late"
    await assert_switched(connection, OLD, 31)
    await hashed.in_workspace("new").insert("one", "one")
    models = await connection.fetch("SELECT name, model FROM rag.workspaces ORDER BY name")
    assert [tuple(row) for row in models] == [("default", OLD), ("new", NEW)]


async def test_all_is_embedded_as_ingestion_embeds_it(hashed, connection):
    before = await count_spaces(connection)
    made = await hashed.switch_space(NEW)
    counts = (made.chunks, made.entities, made.relations)
    assert counts == tuple(before[kind][OLD] for kind in TABLES)
    assert min(counts) > 0
    await assert_switched(connection, NEW, 30)
    again = hashed.in_workspace("again")
    await again.insert([TEXT.format(n) for n in range(30)], [f"doc-{n}" for n in range(30)])
    away = await connection.fetch(
        """SELECT max(a.embedding <=> b.embedding), count(*)
        FROM sqlrag.chunks AS c JOIN sqlrag.chunks AS d USING (content)
        JOIN sqlrag.chunk_embeddings AS a ON a.chunk_id = c.chunk_id
        JOIN sqlrag.chunk_embeddings AS b ON b.chunk_id = d.chunk_id
        WHERE c.workspace_id < d.workspace_id"""
    )
    assert away[0][1] == 30
    assert away[0][0] < 1e-3


def act_meanwhile(rag, monkeypatch, act):
    """Have a switch do something before each of its batches, told how many there were before."""
    embedder = rag.switching.open_embedder(NEW)

    class Interrupted:
        model = NEW
        dimensions = embedder.dimensions
        batches = 0

        async def embed(self, texts):
            await act(self.batches)
            self.batches += 1
            return await embedder.embed(texts)

    interrupted = Interrupted()
    monkeypatch.setattr(spaces, "_BATCH", 7)
    rag.switching = replace(rag.switching, open_embedder=lambda model: interrupted)
    return interrupted


async def test_questions_are_answered_throughout(hashed, connection, monkeypatch, url, settings):
    """Also by another process, which learns of the switch with its next question."""
    async with Rag.open(url, settings=settings) as other:

        async def ask(batch=0):
            for rag in (hashed, other):
                found = await rag.search("Who lit lamp 17?", QueryParam(mode="naive"))
                assert found.chunks[0].source_key == "doc-17"
                assert {arm.arm for arm in found.chunks[0].arms} == {"bm25", "vector"}

        await ask()
        asked = act_meanwhile(hashed, monkeypatch, ask)
        await hashed.switch_space(NEW)
        assert asked.batches > 5
        await ask()
        assert (await other.workspaces.find("default")).model == NEW
    await assert_switched(connection, NEW, 30)


async def test_documents_written_meanwhile_are_there_in_the_end(hashed, connection, monkeypatch):
    async def write(batch):
        if batch < 8:
            await hashed.insert(TEXT.format(f"new {batch}"), f"new-{batch}")
            await hashed.insert(f"Agnes Thrale wrote letter {batch}.", f"doc-{batch}")
            await hashed.delete(f"doc-{29 - batch}")

    act_meanwhile(hashed, monkeypatch, write)
    await hashed.switch_space(NEW)
    await assert_switched(connection, NEW, 30)
    assert await connection.fetchval(VECTORLESS) == 0


async def test_an_entity_edited_meanwhile_has_the_vector_of_its_new_description(
    hashed, connection, monkeypatch
):
    async def edit(batch):
        if batch in (5, 6):  # while entities are embedded, and after: those of chunks are five
            await hashed.graph.edit_entity("Sallow Cove", new_description="A marine biologist.")

    act_meanwhile(hashed, monkeypatch, edit)
    await hashed.switch_space(NEW)
    (expected,) = await hashed.switching.open_embedder(NEW).embed(
        ["Sallow Cove\nA marine biologist."]
    )
    away = await connection.fetchval(
        """SELECT min(e.embedding <=> $1) FROM sqlrag.entity_embeddings AS e
        JOIN sqlrag.entities AS n USING (workspace_id, entity_id)
        WHERE n.description = 'A marine biologist.'""",
        halfvec(expected),
    )
    assert away < 1e-3
    await assert_switched(connection, NEW, 30)


async def test_what_was_embedded_before_the_switch_is_embedded_again(
    hashed, connection, monkeypatch, url, settings
):
    """A writer whose vectors are of the old space when the workspace has left it."""
    embed = HashingEmbedder.embed
    async with Rag.open(url, settings=settings) as other:

        async def switch_first(self, texts):
            vectors = await embed(self, texts)
            monkeypatch.setattr(HashingEmbedder, "embed", embed)
            await other.switch_space(NEW)
            return vectors

        monkeypatch.setattr(HashingEmbedder, "embed", switch_first)
        (result,) = await hashed.insert(TEXT.format(77), "late")
        assert result.outcome == "added"
        await assert_switched(connection, NEW, 31)
        monkeypatch.setattr(HashingEmbedder, "embed", embed)
        await other.switch_space(OLD)
        await assert_switched(connection, OLD, 31)
        with pytest.raises(SpaceMismatch, match="has changed to other embeddings; ask again"):
            await hashed.graph.edit_entity("Sallow Cove", new_description="A keeper.")
        await hashed.graph.edit_entity("Sallow Cove", new_description="A keeper.")
    await assert_switched(connection, OLD, 31)


async def test_a_killed_switch_goes_on_where_it_was(hashed, connection, url):
    keys = [f"more-{n}" for n in range(300)]
    await hashed.insert([TEXT.format(key) for key in keys], keys)
    command = [sys.executable, "-m", "sqlrag", "space", "switch", "--model", NEW, "--json"]
    environment = {**os.environ, "DATABASE_URL": url}
    killed = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while not (done := (await count_spaces(connection))["chunk"].get(NEW, 0)):
        assert killed.poll() is None, "it is not done before its first batch"
        await asyncio.sleep(0.005)
    killed.kill()
    killed.wait()
    assert done < 330
    assert await connection.fetchval("SELECT model FROM rag.workspaces") == OLD
    done = (await count_spaces(connection))["chunk"][NEW]
    again = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert json.loads(again.stdout)["chunks"] == 330 - done
    await assert_switched(connection, NEW, 330)


@needs_owner
async def test_the_index_of_the_new_space_is_there_at_once_and_the_old_one_gone(
    hashed, connection, monkeypatch
):
    monkeypatch.setattr(indexes, "EXACT_COORDINATES", 100)
    await hashed.storage.index_embeddings(1)
    old = await connection.fetch(INDEXES)
    await hashed.switch_space(NEW)
    new = await connection.fetch(INDEXES)
    assert len(old) == len(new) == 3
    assert not {*old} & {*new}
    found = await hashed.search("Who lit lamp 17?", QueryParam(mode="naive"))
    assert found.chunks[0].source_key == "doc-17"


async def test_what_a_given_up_switch_left_is_dropped(hashed, connection, monkeypatch):
    async def give_up(batch):
        if batch == 2:
            raise KeyboardInterrupt

    act_meanwhile(hashed, monkeypatch, give_up)
    with pytest.raises(KeyboardInterrupt):
        await hashed.switch_space(NEW)
    assert (await count_spaces(connection))["chunk"] == {OLD: 30, NEW: 14}
    hashed.switching = replace(hashed.switching, open_embedder=lambda model: HashingEmbedder())
    made = await hashed.switch_space(OLD)
    assert (made.chunks, made.entities, made.relations) == (0, 0, 0)
    await assert_switched(connection, OLD, 30)


async def test_what_cannot_be_switched_is_refused_in_one_sentence(hashed):
    with pytest.raises(BadInput, match="no model gpt-9 here, and no endpoint"):
        await hashed.switch_space("gpt-9")
    with pytest.raises(NotFound):
        await hashed.in_workspace("nowhere").switch_space(NEW)
    await hashed.store("mine", 2)
    with pytest.raises(BadInput, match="vectors of your own"):
        await hashed.in_workspace("mine").switch_space(NEW)


async def test_a_workspace_embedded_at_an_endpoint_goes_on_after_a_switch(url, settings):
    with StubOpenAI() as stub:
        online = settings.model_copy(update={"openai_base_url": stub.base_url})
        async with Rag.open(url, settings=online) as rag:
            await rag.insert(TEXT.format(1), "one")
            made = await rag.switch_space("another-model")
            assert made.model == "another-model"
            await rag.search("Who lit lamp 1?")
            asked = [request.body["model"] for request in stub.requests(EMBEDDINGS)]
            assert asked[0] == "text-embedding-3-small"
            assert asked[-1] == "another-model"
            await rag.switch_space(NEW)
            found = await rag.search("Who lit lamp 1?")
            assert found.chunks[0].source_key == "one"


VECTORLESS = """SELECT (
    SELECT count(*) FROM sqlrag.chunks AS c
    LEFT JOIN sqlrag.chunk_embeddings AS e USING (workspace_id, chunk_id) WHERE e.chunk_id IS NULL
) + (
    SELECT count(*) FROM sqlrag.entities AS n
    LEFT JOIN sqlrag.entity_embeddings AS e USING (workspace_id, entity_id)
    WHERE e.entity_id IS NULL
)"""
INDEXES = "SELECT relname FROM pg_class WHERE relname LIKE '%_embeddings_hnsw_%'"
