"""Mode auto hops only from passages whose title or heading is the name of what few are about."""

import asyncpg

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.retrieval import Mode, QueryParam
from tests.sql.multihop.making import CHAIN, OTHERS, QUESTION, fill
from tests.support.owning import name_owner

CHATS = {
    f"chat {n}": (
        "Ada Quist",
        f"{speaker} said to Ada Quist on day {n} that the {thing} of Harrow Vale wants mending.",
    )
    for n, (speaker, thing) in enumerate(
        (speaker, thing)
        for speaker in ("Bram Holt", "Cora Lindt", "Ewan Pryce")
        for thing in ("market", "school", "bridge", "well")
    )
}
ASKED = "What did Bram Holt tell Ada Quist of the bridge, and Ewan Pryce of the school?"


async def rank(rag: Rag, mode: Mode, question: str) -> list[str]:
    found = await rag.search(question, QueryParam(mode))
    return [chunk.source_key for chunk in found.chunks]


async def test_titles_that_many_passages_bear_start_no_hop(rag: Rag) -> None:
    await fill(rag, CHATS)
    found = await rag.search(ASKED)
    assert (found.mode, found.reason) == (
        "naive",
        "No passage to start from is named after what few are about.",
    )
    assert await rank(rag, "auto", ASKED) == await rank(rag, "naive", ASKED)


async def test_who_asks_for_hops_is_given_them(rag: Rag) -> None:
    await fill(rag, CHATS)
    assert (await rag.search(ASKED, QueryParam("multihop"))).mode == "multihop"


async def test_passages_without_titles_start_no_hop(rag: Rag) -> None:
    await fill(rag, {key: ("", text) for key, (_, text) in (CHAIN | OTHERS).items()})
    assert (await rag.search(QUESTION)).mode == "naive"
    assert (await rag.search(QUESTION, QueryParam("multihop"))).mode == "multihop"


async def test_a_heading_is_as_good_as_a_title(rag: Rag) -> None:
    page = "\n\n".join(f"# {title}\n\n{text * 3}" for title, text in (CHAIN | OTHERS).values())
    settings = {"media_type": "text/markdown", "language": "english"}
    await rag.ingest(Source.of_text(page, "page.md", **settings))  # type: ignore[arg-type]
    await fill(rag, OTHERS)
    assert await sureness(rag, "Grey Harbour") == 1


async def sureness(rag: Rag, heading: str) -> float:
    sql = """SELECT sqlrag.hop_sureness(1, ARRAY(
        SELECT c.chunk_id FROM sqlrag.chunks AS c WHERE $1 = ANY (c.headings)))"""
    connection = await asyncpg.connect(name_owner(rag.storage.database._url))
    try:
        return float(await connection.fetchval(sql, heading))
    finally:
        await connection.close()


async def test_what_a_filter_forbids_makes_no_name_common(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await fill(rag, CHATS | CHAIN)
    sql = """SELECT sqlrag.hop_sureness(1, ARRAY(
        SELECT c.chunk_id FROM rag.chunks AS c WHERE c.source_key = 'singer'), filter => $1)"""
    assert await connection.fetchval(sql, None) < 0.2
    only = {"source_keys": list(CHAIN)}
    assert await connection.fetchval(sql, only) == 1


async def test_what_the_question_names_may_fill_several_passages(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    parts = {f"part {n}": ("Ada Quist", f"Ada Quist kept book {n} of the light.") for n in range(6)}
    await fill(rag, parts)
    sql = """SELECT sqlrag.hop_sureness(1, ARRAY(SELECT c.chunk_id FROM rag.chunks AS c), ARRAY(
        SELECT n.entity_id FROM sqlrag.named_entities(1, $1) AS n))"""
    assert await connection.fetchval(sql, "Which book has the light?") < 0.2
    assert await connection.fetchval(sql, "Which book did Ada Quist keep?") > 0.2
