"""Which tables, views and functions the files of the SQL room make, and which they name."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sqlrag.database.statements import function_files, read_file, sql_room

READABLE = "sqlrag_readable"
NAMED = re.compile(r"\b(sqlrag|rag)\.(\w+|%1\$s_embeddings)(\(?)")
_FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION sqlrag\.(\w+)", re.MULTILINE)
_VIEW = re.compile(r"^CREATE OR REPLACE VIEW rag\.(\w+)", re.MULTILINE)
_MADE = re.compile(rf"^CREATE (?:VIEW|FUNCTION) {READABLE}\.(\w+)", re.MULTILINE)
_LOOKS = re.compile(r"^LANGUAGE [^\n]*\b(?:STABLE|IMMUTABLE)\b", re.MULTILINE)
_TABLE = re.compile(r"^CREATE TABLE sqlrag\.(\w+) \((.+?)^\)", re.MULTILINE | re.DOTALL)
_ROOMS = ("search", "graph", "text")  # whose functions are laid twice


def _own_files() -> list[Path]:
    """Views first: functions are of what they show."""
    room = sql_room() / "readable"
    return sorted(room.glob("*.sql"), key=lambda path: (path.stem != "tables", path.stem))


@cache
def own_scripts() -> list[str]:
    return [read_file(path) for path in _own_files()]


class Files:
    """Functions and views by their names, as files have them."""

    def __init__(self) -> None:
        self.own = {name for script in own_scripts() for name in _MADE.findall(script)}
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
            if name not in found and names_in(text) & (known | found) - {name}
        }:
            found |= new
        return found


@cache
def names_in(text: str) -> frozenset[str]:
    """Of what stands in schema sqlrag, and of views as they are called here."""
    return frozenset(
        own_name(schema, name) if name != "%1$s_embeddings" else "chunk_embeddings"
        for schema, name, _ in NAMED.findall(text)
    )


def own_name(schema: str, name: str) -> str:
    return name if schema == "sqlrag" else f"rag_{name}"


def without_comment(script: str) -> str:
    """What makes something, without what is said of it."""
    return script.partition("\nCOMMENT ON ")[0]


@cache
def table_columns() -> Mapping[str, str]:
    """What the parentheses of each table hold, as its file has it."""
    texts = (read_file(path) for path in (sql_room() / "schema").glob("*.sql"))
    return {name: columns for text in texts for name, columns in _TABLE.findall(text)}


def guarded_tables() -> set[str]:
    """Those whose rows are of a workspace."""
    return {name for name, columns in table_columns().items() if "workspace_id int" in columns}
