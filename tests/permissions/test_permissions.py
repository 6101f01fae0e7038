"""What one reads who may read some documents, a database without the others would give."""

import asyncio
import os
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from sqlrag.app import Rag
from tests.permissions.corpora import VIEWS, Workspace, look, workspaces

CASES = 15


async def compare(rag: Rag, asked: Workspace) -> dict[str, tuple[Any, Any]]:
    """What differs once the documents are gone that the reader may not read."""
    try:
        await asked.fill(rag)
        before = await look(rag, asked)
        await rag.delete(*asked.forbidden)
        after = await look(rag, asked)
    finally:
        await rag.delete_workspace()
    return {
        name: (before.get(name), after.get(name))
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }


def run_cases(url: str, settings_: Any, count: int) -> None:
    with asyncio.Runner() as runner:

        async def open_rag() -> Any:
            opening = Rag.open(url, settings=settings_)
            return opening, await opening.__aenter__()

        opening, rag = runner.run(open_rag())

        @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
        @given(workspaces)
        def each(asked: Workspace) -> None:
            assert runner.run(compare(rag, asked)) == {}

        try:
            each()
        finally:
            runner.run(opening.__aexit__(None, None, None))


def test_what_is_forbidden_changes_nothing(url: str, settings: Any) -> None:
    run_cases(url, settings, CASES)


@pytest.mark.heavy
def test_what_is_forbidden_changes_nothing_in_a_thousand_cases(url: str, settings: Any) -> None:
    run_cases(url, settings, 100 if os.environ.get("SQLRAG_BENCHMARK") == "short" else 1_000)


# A name that only a forbidden document uses, a person whom only it mentions, words that it makes
# less rare, a relation that it makes heavier, and what people said of all of it.
TOLD = Workspace(
    {
        "doc-0": ("", "Ada Lovelace met Grace Hopper in London. Grace Hopper founded Viaweb.", ()),
        "doc-1": (
            "Memo",
            "Ada Lovelace met Grace Hopper in Paris. The secret merger of Viaweb and Difference "
            "Corp is signed by Paul Graham. Grace Hopper founded Viaweb, and sold the boiler.",
            ("board",),
        ),
        "doc-2": ("", "Paul Graham wrote Lisp. The boiler of Viaweb is in London.", ("alice",)),
        "doc-3": ("", "Viaweb, which Grace Hopper founded, was sold in London for 7 dollars.", ()),
    },
    {},
    (
        ("describe", "Grace Hopper", "Difference Corp"),
        ("create", "Lisbon", "London"),
        ("merge", "Difference Corp", "Viaweb"),
    ),
    ("alice",),
    (("Who founded Viaweb and sold the boiler?", None), ("secret merger of Difference Corp", None)),
    ("Viaweb", "Grace Hopper"),
)


async def test_what_is_told_is_no_empty_answer(rag: Rag) -> None:
    assert await compare(rag, TOLD) == {}
    await TOLD.fill(rag)
    told = await look(rag, TOLD)
    assert [one.source_key for one in told["documents"]] == ["doc-0", "doc-2", "doc-3"]
    assert all(told[name] for name in ("weigh_terms", "neighbours", "popular_entities"))


@pytest.mark.parametrize("view", [*VIEWS[:-3], "workspace_totals"])
async def test_a_table_that_is_not_guarded_is_noticed(
    rag: Rag, connection: asyncpg.Connection, view: str
) -> None:
    await connection.execute(
        f"CREATE OR REPLACE VIEW sqlrag_readable.{view} AS SELECT * FROM sqlrag.{view}"
    )
    try:
        differences = await compare(rag, TOLD)
    except msgspec.ValidationError:  # an entity without a name that may be told
        return
    assert differences
