"""A workspace spends on models what it may, and no more; what it would spend is told before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput, BudgetSpent
from sqlrag.domain.retrieval import QueryParam
from sqlrag.parsing import count_tokens
from sqlrag.settings import Settings
from tests.cli.running import Cli
from tests.rag.asking import open_rag
from tests.stub_openai import CHAT, EMBEDDINGS, Messages, StubOpenAI, default_reply
from tests.support.jobs import do_jobs, wait_until, working

ENTITIES = '{"entities": [{"name": "Lamp", "description": "It was lit."}]}'
PRICES = """INSERT INTO sqlrag.prices VALUES ('gpt-4o-mini', 1000, 2000)
    ON CONFLICT (model) DO UPDATE SET dollars_in = excluded.dollars_in"""
SOURCE = Source.of_text("The lamp was lit in 1871.", "lamp")


def reply(messages: Messages) -> str:
    return ENTITIES if "entit" in messages[0]["content"] else default_reply(messages)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is spent is read before each call."""
    monkeypatch.setattr("sqlrag.repositories.model_calls._FRESH", -1.0)


@pytest.fixture
def stub() -> Iterator[StubOpenAI]:
    with StubOpenAI(reply=reply) as stub:
        yield stub


async def test_what_is_spent_stops_answers_but_not_those_that_are_kept(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    await connection.execute(PRICES)
    async with open_rag(url, stub) as rag:
        await rag.insert("The lamp was lit in 1871.", "lamp")
        assert (await rag.configure_costs(budget=0.001)).spent == 0
        first = await rag.query("When was the lamp lit?")
        calls = len(stub.requests(CHAT))
        costs = await rag.get_costs()
        (day,) = await rag.graph.cost_by_day()
        assert day.dollars
        assert costs.spent == pytest.approx(day.dollars)
        wanted = (1000 * day.prompt_tokens + 2000 * day.completion_tokens) / 1_000_000
        assert costs.spent == pytest.approx(wanted)
        with pytest.raises(BudgetSpent, match=r'"default" may spend 0\.001 dollars a month'):
            await rag.query("Who lit it?")
        assert (await rag.query("When was the lamp lit?")).text == first.text
        assert await rag.search("Who lit it?")
        assert (await rag.query("Who?", QueryParam(only_need_context=True))).text
        assert len(stub.requests(CHAT)) == calls
        await rag.configure_costs(budget=100)
        assert await rag.query("Who lit it?")


async def test_a_model_without_a_price_is_not_called_on_a_budget(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    async with open_rag(url, stub) as rag:
        await rag.insert("The lamp was lit in 1871.", "lamp")
        await rag.configure_costs(budget=5, budget_period="day")
        with pytest.raises(BudgetSpent, match=r"gpt-4o-mini costs is not known; .*sqlrag\.prices"):
            await rag.query("When?")
        assert not stub.requests(CHAT)
        await connection.execute("INSERT INTO sqlrag.prices VALUES ('gpt-4o-mini', 0)")
        assert await rag.query("When?")
        for wrong in ({"budget": -1}, {"budget_period": "year"}, {"limit": 3}):
            with pytest.raises(BadInput):
                await rag.configure_costs(**wrong)


async def test_the_budget_of_a_period_counts_that_period_alone(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    await connection.execute(PRICES)
    async with open_rag(url, stub) as rag:
        await rag.insert("The lamp was lit in 1871.", "lamp")
        await rag.query("When was the lamp lit?")
        spent = (await rag.configure_costs(budget_period="day")).spent
        assert spent > 0
        await connection.execute(
            "UPDATE sqlrag.model_calls SET created_at = created_at - interval '1 day'"
        )
        assert (await rag.get_costs()).spent == 0
        ends = (await rag.get_costs()).period_ends
        now = datetime.now(UTC)
        assert ends.astimezone(UTC).date() == (now + timedelta(days=1)).date()
        assert (ends.astimezone(UTC).hour, ends.minute) == (0, 0)
        monthly = await rag.configure_costs(budget_period="month")
        assert monthly.spent == (pytest.approx(spent) if now.day > 1 else 0)
        assert monthly.period_ends.astimezone(UTC).day == 1


async def test_a_job_waits_for_the_next_period_without_losing_attempts(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection, home: Path
) -> None:
    await connection.execute(PRICES)
    given: dict[str, Any] = {"openai_base_url": stub.base_url, "gleaning_rounds": 0, "home": home}
    settings = Settings(_env_file=None, **given)
    async with open_rag(url, stub, extraction="auto", gleaning_rounds=0) as rag:
        await rag.configure_costs(budget=0, budget_period="day")
        track = await rag.enqueue_documents(SOURCE)
        refused = "SELECT count(*) = 1 FROM rag.jobs WHERE error_kind = 'budget-spent'"
        async with working(url, settings):
            await wait_until(rag, refused)
        (job,) = (await rag.get_track(track.track_id)).jobs
        assert (job.status, job.attempts) == ("waiting", 0)
        assert job.error
        assert "is not called until" in job.error
        ends = (await rag.get_costs()).period_ends
        assert ends <= job.run_after <= ends + timedelta(minutes=1.1)
        assert not stub.requests(CHAT)
        await rag.configure_costs(budget=None)
        await do_jobs(url, settings)
        (job,) = (await rag.get_track(track.track_id)).jobs
        assert (job.status, job.attempts, job.error) == ("done", 1, None)


async def test_an_ingestion_stops_within_its_budget_and_pays_nothing_twice(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    await connection.execute(PRICES)
    async with open_rag(url, stub, extraction="auto", gleaning_rounds=1) as rag:
        await rag.configure_costs(budget=0.000001)
        (result,) = await rag.ingest(SOURCE)
        assert (result.outcome, result.error_kind) == ("failed", "budget-spent")
        assert len(stub.requests(CHAT)) == 1, "the gleaning was not paid for any more"
        await rag.configure_costs(budget=None)
        (result,) = await rag.ingest(SOURCE)
        assert result.outcome in ("added", "updated")
        assert len(stub.requests(CHAT)) == 2


async def test_what_it_would_take_is_told_and_comes_true(
    url: str, stub: StubOpenAI, connection: asyncpg.Connection
) -> None:
    await connection.execute(PRICES)
    sources = [Source.of_text(f"The lamp number {n} was lit. " * 40, f"{n}") for n in range(3)]
    async with open_rag(url, stub, extraction="auto", gleaning_rounds=1) as rag:
        told = await rag.estimate(*sources)
        assert not stub.requests(CHAT)
        assert not stub.requests(EMBEDDINGS)
        assert await rag.list_workspaces() == []
        assert (told.documents, told.chunks, told.calls) == (3, 3, 6)
        assert told.unpriced == ["text-embedding-3-small"]
        assert told.reply_is_assumed
        await rag.ingest(*sources[:2])
        rows = await rag.graph.cost_by_day()
        calls, written = (
            sum(getattr(row, n) for row in rows) for n in ("calls", "completion_tokens")
        )
        assert calls == 4
        again = await rag.estimate(*sources)
        assert (again.documents, again.unchanged, again.calls) == (1, 2, 2)
        assert not again.reply_is_assumed
        assert again.reply_tokens == pytest.approx(written / calls)
        assert again.completion_tokens == pytest.approx(written / 2, abs=1)
        wanted = (1000 * again.prompt_tokens + 2000 * again.completion_tokens) / 1_000_000
        assert again.dollars == pytest.approx(wanted)
        assert 0 < again.dollars < told.dollars
        before = len(stub.requests(CHAT))
        await rag.ingest(*sources)
        sent = [one.body["messages"] for one in stub.requests(CHAT)[before:]]
        assert len(sent) == again.calls
        tokens = sum(sum(count_tokens([part["content"] for part in one])) for one in sent)
        assert again.prompt_tokens == pytest.approx(tokens, rel=0.05)


def test_the_command_line_tells_the_budget_and_an_estimate(url: str, tmp_path: Path) -> None:
    cli = Cli(tmp_path, {"DATABASE_URL": url})
    (tmp_path / "lamp.txt").write_text("The lamp was lit in 1871.")
    (tmp_path / "binary.txt").write_text("\0\1\2")
    with StubOpenAI(reply=reply) as stub:
        endpoint: dict[str, Any] = {"OPENAI_BASE_URL": stub.base_url}
        told = cli.inside("ingest", ".", "--estimate", **endpoint)
        assert "1 document to ingest, 0 unchanged: 1 chunk\n" in told.out
        assert "2 calls of gpt-4o-mini" in told.out
        assert "at most 0.0000 dollars, without gpt-4o-mini, text-embedding-3-small" in told.out
        assert "binary.txt" in told.out
        assert not stub.requests(CHAT)
        shown = cli.inside("budget", "--dollars", "0", "--period", "day", **endpoint).out
        assert shown.splitlines()[0].split() == ["budget", "0.0", "(set", "here)"]
        assert cli.inside("ingest", ".", code=1, **endpoint).out.count("costs is not known") == 1
        assert cli.inside("budget", "--reset", "budget", "--json", **endpoint).json["changed"] == [
            "budget_period"
        ]
    local = cli.inside("ingest", "lamp.txt", "--estimate").out
    assert local.endswith("at most 0.0000 dollars\n")
