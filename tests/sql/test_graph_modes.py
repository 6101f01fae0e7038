"""Local, global, hybrid and mix: one statement each over the graph."""

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import Mode, QueryParam
from tests.counting import count_statements

TEXTS = {
    "Viaweb": "Viaweb was founded by Paul Graham and Robert Morris. Robert Morris wrote Viaweb.",
    "Robert Morris": "Robert Morris studied at Harvard University. He met Trevor Blackwell there.",
    "Trevor Blackwell": "Trevor Blackwell builds robots at Anybots. Anybots stands in San Jose.",
    "Storms": "Rain fell on the harbour for nine days, and nobody of note was about.",
}
MODES: tuple[Mode, ...] = ("local", "global", "hybrid", "mix")


@pytest.fixture
async def filled(rag: Rag) -> Rag:
    results = await rag.insert(
        list(TEXTS.values()), list(TEXTS), titles=list(TEXTS), tags=["company"]
    )
    assert {result.outcome for result in results} == {"added"}
    return rag


@pytest.mark.parametrize("mode", MODES)
async def test_a_mode_is_one_statement_and_finds_what_is_named(filled: Rag, mode: Mode) -> None:
    question = "What did Robert Morris do at Viaweb?"
    await filled.search(question, QueryParam(mode=mode))
    with count_statements(filled.storage.database._pool) as sent:
        context = await filled.search(question, QueryParam(mode=mode))
    assert len(sent) == 1
    assert {"Robert Morris", "Viaweb"} <= {entity.name for entity in context.entities}
    assert context.relations
    assert context.chunks[0].source_key in ("Viaweb", "Robert Morris")
    for found in (context.entities, context.relations, context.chunks):
        assert [item.rank for item in found] == list(range(1, len(found) + 1))
        assert all(item.arms for item in found)


async def test_hops_lead_further(filled: Rag) -> None:
    seen = {}
    for hops in (1, 2, 3):
        param = QueryParam(mode="local", hops=hops, top_k=3)
        context = await filled.search("Viaweb", param)
        assert len(context.entities) <= 3
        wide = await filled.search("Viaweb", QueryParam(mode="local", hops=hops))
        seen[hops] = {entity.name: entity.depth for entity in wide.entities}
    assert seen[3].keys() >= seen[1].keys()
    assert any(depth > 0 for depth in seen[3].values()) or len(seen[3]) == len(seen[1])


async def test_top_k_is_given_in_full(filled: Rag, connection: asyncpg.Connection) -> None:
    every = await connection.fetchval("SELECT count(*) FROM sqlrag.entities")
    context = await filled.search("anything", QueryParam(mode="local", top_k=200))
    assert len(context.entities) == min(200, every)


@pytest.mark.parametrize("mode", MODES)
async def test_a_filter_hides_what_only_other_documents_say(filled: Rag, mode: Mode) -> None:
    param = QueryParam(mode=mode, filters={"source_keys": ["Viaweb"]}, hops=2)
    context = await filled.search("Robert Morris and Trevor Blackwell", param)
    assert {chunk.source_key for chunk in context.chunks} == {"Viaweb"}
    names = {entity.name for entity in context.entities}
    assert "Robert Morris" in names
    assert not names & {"Trevor Blackwell", "Anybots", "Harvard University"}
    assert all("Harvard" not in entity.description for entity in context.entities)
    assert all("Trevor" not in (relation.source, relation.target) for relation in context.relations)


@pytest.mark.parametrize("mode", MODES)
async def test_budgets_are_kept(filled: Rag, mode: Mode) -> None:
    param = QueryParam(mode=mode, max_entity_tokens=1, max_relation_tokens=1, chunk_top_k=2)
    context = await filled.search("Robert Morris founded Viaweb", param)
    assert len(context.entities) == 1
    assert len(context.relations) <= 1
    assert len(context.chunks) <= 2
    tight = await filled.search("Robert Morris", QueryParam(mode=mode, max_total_tokens=1))
    assert len(tight.chunks) == 1


async def test_another_workspace_has_another_graph(filled: Rag, url: str) -> None:
    async with Rag.open(url, workspace="other") as other:
        await other.insert("Viaweb is also the name of a boat of Ulla Berg.", "boat")
        context = await other.search("Viaweb and Robert Morris", QueryParam(mode="mix"))
        assert {chunk.source_key for chunk in context.chunks} == {"boat"}
        assert "Robert Morris" not in {entity.name for entity in context.entities}


async def test_keywords_are_searched_beside_the_question(filled: Rag) -> None:
    plain = await filled.search("Who was it?", QueryParam(mode="local", top_k=1))
    helped = await filled.search(
        "Who was it?", QueryParam(mode="local", top_k=1, ll_keywords=("Trevor Blackwell",))
    )
    assert [entity.name for entity in helped.entities] == ["Trevor Blackwell"]
    assert plain.entities != helped.entities


async def test_the_graph_stands_before_the_passages_of_a_prompt(filled: Rag) -> None:
    param = QueryParam(mode="mix", only_need_prompt=True)
    prompt = (await filled.query("Who founded Viaweb?", param)).text
    assert prompt.index("entity: ") < prompt.index("[1] ")
    answer = await filled.query("Who founded Viaweb?", QueryParam(mode="hybrid"))
    assert "Paul Graham" in answer.text
    assert answer.references


@pytest.mark.parametrize("bad", [{"hops": 5}, {"hops": 0}, {"top_k": 0}, {"mode": "sideways"}])
async def test_bad_parameters_are_told(filled: Rag, bad: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="use "):
        await filled.search("Viaweb", QueryParam(**bad))  # type: ignore[arg-type]
