"""Logs say of what they are, to people and to programs."""

import asyncio
import contextvars
import json
import logging

import pytest

from sqlrag.logs import _Json, _Text, note


def make_record(error: Exception | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("sqlrag.x", logging.WARNING, "", 1, "Job %d: так", (3,), info)


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    empty: contextvars.ContextVar[dict[str, object]] = contextvars.ContextVar("about", default={})  # noqa: B039
    monkeypatch.setattr("sqlrag.logs._about", empty)


def test_a_program_reads_an_object_a_line() -> None:
    note(job=3, document="a.md")
    try:
        raise ValueError("no")
    except ValueError as error:
        line = _Json().format(make_record(error))
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "Job 3: так"
    assert (told["level"], told["logger"]) == ("warning", "sqlrag.x")
    assert (told["job"], told["document"]) == (3, "a.md")
    assert told["error"].endswith("ValueError: no")


def test_people_read_a_line_with_the_ids_at_its_end() -> None:
    assert _Text().format(make_record()).endswith("WARNING Job 3: так")
    note(job=3)
    note(document="a.md")
    assert _Text().format(make_record()).endswith("WARNING Job 3: так  [job=3 document=a.md]")


async def test_the_ids_of_a_task_are_its_own() -> None:
    async def work(number: int) -> str:
        note(job=number)
        await asyncio.sleep(0.01)
        return _Text().format(make_record())

    first, second = await asyncio.gather(*(asyncio.create_task(work(n)) for n in (1, 2)))
    assert first.endswith("[job=1]")
    assert second.endswith("[job=2]")
    assert "job" not in _Text().format(make_record()).partition("так")[2]
