"""What looks, once more: over what somebody may read instead of over the tables.

Schema sqlrag_readable has views in the place of the tables that hold what documents say, and every
function of sqlrag that reads one of them, by itself or through another, under the same name. Both
are made of the same files, so that nothing that looks can forget who asks. See decision 56.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sqlrag.database.statements import (
    SQL,
    function_files,
    function_scripts,
    publications,
    read_file,
    sql_room,
)

SCHEMA = "sqlrag_readable"
_FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION sqlrag\.(\w+)", re.MULTILINE)
_VIEW = re.compile(r"^CREATE OR REPLACE VIEW rag\.(\w+)", re.MULTILINE)
_MADE = re.compile(rf"^CREATE (?:VIEW|FUNCTION) {SCHEMA}\.(\w+)", re.MULTILINE)
_NAMED = re.compile(r"\b(sqlrag|rag)\.(\w+|%1\$s_embeddings)(\(?)")
_LOOKS = re.compile(r"^LANGUAGE [^\n]*\b(?:STABLE|IMMUTABLE)\b", re.MULTILINE)
_OF_PEOPLE = re.compile(r"\brag\.\w+\(")
_TABLE = re.compile(r"^CREATE TABLE sqlrag\.(\w+)", re.MULTILINE)
_ROOMS = ("search", "graph", "text")  # whose functions are laid twice
_CHANGED = re.compile(r"\b(?:INTO|UPDATE|DELETE FROM)\s+(?:rag|sqlrag)\.(\w+)")


def _own_files() -> list[Path]:
    """Views first: functions are of what they show."""
    room = sql_room() / "readable"
    return sorted(room.glob("*.sql"), key=lambda path: (path.stem != "tables", path.stem))


@cache
def _own_scripts() -> list[str]:
    return [read_file(path) for path in _own_files()]


class _Files:
    """Functions and views by their names, as files have them."""

    def __init__(self) -> None:
        self.own = {name for script in _own_scripts() for name in _MADE.findall(script)}
        self.looking: dict[str, str] = {}
        self.views: dict[str, str] = {}
        self.others: dict[str, str] = {}
        for path in function_files():
            text = read_file(path)
            if view := _VIEW.search(text):
                self.views[view[1]] = text
            elif made := _FUNCTION.search(text):
                looks = path.parent.name in _ROOMS and _LOOKS.search(text)
                (self.looking if looks else self.others)[made[1]] = text

    def spread(self, texts: Mapping[str, str], known: set[str]) -> set[str]:
        """The names of texts that name one of the known, by themselves or through another."""
        found: set[str] = set()
        while new := {
            name
            for name, text in texts.items()
            if name not in found and _names(text) & (known | found) - {name}
        }:
            found |= new
        return found


@cache
def _names(text: str) -> frozenset[str]:
    """Of what stands in schema sqlrag, and of views as they are called here."""
    return frozenset(
        _own_name(schema, name) if name != "%1$s_embeddings" else "chunk_embeddings"
        for schema, name, _ in _NAMED.findall(text)
    )


def _own_name(schema: str, name: str) -> str:
    return name if schema == "sqlrag" else f"rag_{name}"


class _Readable:
    """What is laid twice, and what cannot be asked by who may not read everything."""

    def __init__(self) -> None:
        files = _Files()
        views = {f"rag_{name}": text for name, text in files.views.items() if name in _SHOWN}
        looking = {n: text for n, text in files.looking.items() if n not in files.own}
        self.twins = files.spread(views | looking, files.own)
        self.known = files.own | self.twins
        self.functions = self.twins & set(looking)
        tables = {f"rag_{name}" for name in files.views} | _name_tables()
        self.closed = tables - self.known - _TELL_NOTHING
        self.closed |= files.spread(files.others | files.looking, self.known | self.closed)
        self.closed -= self.known
        self.scripts = [
            *_own_scripts(),
            *(self.rewrite((views | looking)[name]) for name in sorted(self.twins)),
        ]

    def rewrite(self, text: str) -> str:
        """Over what is readable."""

        def name(found: re.Match[str]) -> str:
            own = _own_name(found[1], found[2])
            is_type = own in self.functions and not found[3]  # a row of what the function returns
            is_known = (own in self.known and not is_type) or found[2] == "%1$s_embeddings"
            return f"{SCHEMA}.{own}{found[3]}" if is_known else found[0]

        return _NAMED.sub(name, text.partition("\nCOMMENT ON ")[0])

    def admits(self, name: str, statement: str) -> bool:
        """Whether it changes nothing that documents say, and reads of it what is readable."""
        if name in _GIVE_NOTHING_AWAY:
            return True
        changed = set(_CHANGED.findall(statement))
        asks_people = _OF_PEOPLE.search(statement)  # a function of schema rag reads everything
        return not (asks_people or changed & self.known or _names(statement) & self.closed)


_SHOWN = ("documents", "chunks", "workspaces", "jobs")  # views of schema rag that are laid twice
# Whose rows tell nothing of what documents say; or are found by who knows the reader, as kept
# answers are, and conversations, which are of who began them and of those he stood for.
_TELL_NOTHING = {
    *("workspaces", "embedding_spaces", "prices", "audiences", "model_limits", "answers"),
    *("conversations", "turns", "rag_conversations", "rag_turns"),
}
# Statements that find rows by others that are readable; that tell how much is spent, and how much
# waits; and that hand in what the reader asks. The ledger tells a reply to who knows the prompt.
_GIVE_NOTHING_AWAY = {
    "add_turn",
    "enqueue",
    "finish_job",
    "exchange_model_calls",
    "get_original",
    "is_backlog_full",
    "look_up_model_calls",
    "spending",
}


def _name_tables() -> set[str]:
    texts = (read_file(path) for path in (sql_room() / "schema").glob("*.sql"))
    return {name for text in texts for name in _TABLE.findall(text)}


@cache
def _readable() -> _Readable:
    return _Readable()


def readable_scripts() -> list[str]:
    """What makes schema sqlrag_readable, in its order."""
    made = f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;\nCREATE SCHEMA {SCHEMA};\n"
    return [made, *_readable().scripts]


@cache
def readable_statements() -> Mapping[str, str]:
    """Statements by their names, over what is readable; without those that who may not read
    everything cannot be given."""
    room = _readable()
    return MappingProxyType(
        {name: room.rewrite(text) for name, text in SQL.items() if room.admits(name, text)}
    )


@cache
def function_fingerprint() -> str:
    """What tells the functions of this version from those of another: they change with no revision.

    The migrations leave it as the comment of the table of the revision.
    """
    made = "\0".join([*function_scripts(), *publications().values(), *readable_scripts()])
    return f"functions {hashlib.sha256(made.encode()).hexdigest()[:16]}"
