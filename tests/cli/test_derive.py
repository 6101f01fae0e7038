"""A command is what its operation declares, without a line of its own."""

import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import click
import pytest
from click.testing import CliRunner, Result
from msgspec import Meta

from sqlrag.domain.operations import Limit, operation, read_operations
from sqlrag.doors.cli import derive, main
from sqlrag.doors.cli.derive import derive_command
from sqlrag.doors.cli.group import read_examples

Share = Annotated[float, Meta(ge=0, le=1, description="The least share.")]


@dataclass(frozen=True)
class Lamp:
    name: str
    chunk_count: int
    height: float
    is_lit: bool | None


class Lamps:
    """What is asked of it is kept in `asked`."""

    asked: dict[str, Any]

    @operation("GET lamps/near", "List lamps", command="near", empty='No lamp near "{place}".')
    async def near(
        self,
        place: Annotated[str, Meta(description="A harbour.")],
        kind: Annotated[Literal["oil", "gas"] | None, Meta(description="Only such.")] = None,
        least: Share = 0.5,
        lit_only: bool = False,
        limit: Limit = 10,
    ) -> list[Lamp]:
        """The nearest first."""
        self.asked = {"kind": kind, "least": least, "lit_only": lit_only, "limit": limit}
        return [] if place == "nowhere" else [Lamp(place, 1234, 2.5, None), Lamp("x", 1, 10, True)]

    @operation("POST lamps/light", "Light lamps", command="light")
    async def light(self, numbers: Sequence[int], by: str, *, editor: str | None = None) -> None:
        """Each of them."""
        self.asked = {"numbers": numbers, "by": by, "editor": editor}


@pytest.fixture
def lamps(monkeypatch: pytest.MonkeyPatch) -> Lamps:
    made = Lamps()

    @asynccontextmanager
    async def open_rag(*_: Any, **__: Any) -> AsyncIterator[Lamps]:
        yield made

    monkeypatch.setattr(derive, "open_rag", open_rag)
    return made


def call(words: str, code: int = 0) -> Result:
    near, light = (derive_command(one, lambda rag: rag) for one in read_operations(Lamps))
    command, *arguments = shlex.split(words)
    ran = CliRunner().invoke({"near": near, "light": light}[command], arguments)
    assert ran.exit_code == code, ran.output
    return ran


def test_parameters_are_arguments_and_options_with_their_bounds(lamps: Lamps) -> None:
    assert call("near Brest --kind gas --least 0.75 --lit-only --limit 3").output
    assert lamps.asked == {"kind": "gas", "least": 0.75, "lit_only": True, "limit": 3}
    for words in ("near", "near x --kind wax", "near x --least 2", "near x --limit 0"):
        call(words, code=2)
    told = call("near --help").output
    for said in ("List lamps.", "The nearest first.", "PLACE  A harbour.", "The least share."):
        assert said in told


def test_many_words_come_first_and_what_follows_them_needs_a_flag(lamps: Lamps) -> None:
    done = call("light 7 8 --by Ada --editor Bert")
    assert done.output == "Done.\n"
    assert lamps.asked == {"numbers": (7, 8), "by": "Ada", "editor": "Bert"}
    assert "Missing option '--by'" in call("light 7", code=2).output


def test_rows_are_a_table_of_their_fields(lamps: Lamps) -> None:
    assert call("near Brest").output.splitlines() == [
        "name   chunks  height  is lit",
        "Brest   1,234    2.50",
        "x           1      10  True",
    ]
    assert call("near nowhere").output == 'No lamp near "nowhere".\n'
    assert call("near nowhere --json").output == "[]\n"


def test_every_example_is_of_a_command_that_there_is() -> None:
    for name in read_examples():
        found: Any = main
        for word in name.split():
            found = found.get_command(click.Context(found), word)
            assert found, name
