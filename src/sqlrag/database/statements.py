"""Reads the SQL room: named statements, calls of functions, and the files that make the schema.

Each query is a `-- name:` block of queries/*.sql; the file of a function that Python calls has a
`-- call:` line. What stands in the file is what Postgres is sent.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_PACKAGE = Path(__file__).parents[1]
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_CALL = re.compile(r"^-- call: (.+(?:\n--  .+)*)$", re.MULTILINE)
# Its opening sentence, as what people may call it and like what, and its name.
_INTERNAL = re.compile(
    r"\A((?:-- (?!call: |role: |example: ).+\n)+)(?:-- call: .+\n(?:--  .+\n)*)?"
    r"(?:-- role: (\w+)\n)?"
    r"(?:-- example: (.+\n(?:--  .+\n)*))?CREATE OR REPLACE FUNCTION sqlrag\.(\w+)"
)


def sql_room() -> Path:
    """The folder of SQL files: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "sql"
    return installed if installed.is_dir() else _PACKAGE.parent / "sql"


def _read_queries() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((sql_room() / "queries").glob("*.sql")):
        parts = _NAME.split(read_file(path))[1:]
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            if name in found:
                raise ValueError(f"statement {name} stands twice, again in {path.name}")
            found[name] = body.strip()
    return found


def _read_calls() -> dict[str, str]:
    return {
        path.stem: _unfold(match[1])
        for path in function_files()
        if (match := _CALL.search(read_file(path)))
    }


@cache
def read_file(path: Path) -> str:
    """A file of the room, which does not change while a process runs."""
    return path.read_text(encoding="utf-8")


@cache
def function_files() -> tuple[Path, ...]:
    """The files of functions/ and public/, views last: they may call functions."""
    paths = sorted(
        path for room in ("functions", "public") for path in (sql_room() / room).rglob("*.sql")
    )
    return tuple(sorted(paths, key=lambda path: path.stem.startswith("view_")))


def function_scripts() -> list[str]:
    """What makes every function and view; those of functions/ get a comment: sentence and file."""
    return [_read_function(path) for path in function_files()]


def _read_function(path: Path) -> str:
    script = read_file(path)
    made = _INTERNAL.search(script)
    if not made:
        return script
    told = f"{_unfold(made[1])} ({path.relative_to(sql_room().parent).as_posix()})"
    return f"{script}COMMENT ON FUNCTION sqlrag.{made[4]} IS {_quote(told)};\n"


def publications() -> dict[str, str]:
    """By their names, what offers functions by id to people: those that show an example."""
    found = (_INTERNAL.search(read_file(path)) for path in function_files())
    return {
        made[4]: f"SELECT sqlrag.publish({_quote(made[4])}, "
        f"{_quote(f'{_unfold(made[1])} Example: {_unfold(made[3])}')}, "
        f"{_quote(made[2]) if made[2] else 'NULL'})"
        for made in found
        if made and made[3]
    }


def _unfold(comment: str) -> str:
    return " ".join(line.removeprefix("--").strip() for line in comment.splitlines())


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


CALLS: Mapping[str, str] = MappingProxyType(_read_calls())
SQL: Mapping[str, str] = MappingProxyType({**CALLS, **_read_queries()})
