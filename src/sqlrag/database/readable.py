"""What looks, once more: over what somebody may read instead of over the tables.

Schema sqlrag_readable has views in the place of the tables that hold what documents say, and every
function of sqlrag that reads one of them, by itself or through another, under the same name. Both
are made of the same files, so that nothing that looks can forget who asks. See decision 56.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from sqlrag.database.naming import (
    NAMED,
    READABLE,
    Files,
    names_in,
    own_name,
    own_scripts,
    table_columns,
    without_comment,
)
from sqlrag.database.statements import SQL

_OF_PEOPLE = re.compile(r"\brag\.\w+\(")
_CHANGED = re.compile(r"\b(?:INTO|UPDATE|DELETE FROM)\s+(?:rag|sqlrag)\.(\w+)")


class _Readable:
    """What is laid twice, and what cannot be asked by who may not read everything."""

    def __init__(self) -> None:
        files = Files()
        views = {f"rag_{name}": text for name, text in files.views.items() if name in _SHOWN}
        looking = {n: text for n, text in files.looking.items() if n not in files.own}
        self.twins = files.spread(views | looking, files.own)
        self.known = files.own | self.twins
        self.functions = self.twins & set(looking)
        tables = {f"rag_{name}" for name in files.views} | table_columns().keys()
        self.closed = tables - self.known - _TELL_NOTHING
        self.closed |= files.spread(files.others | files.looking, self.known | self.closed)
        self.closed -= self.known
        self.scripts = [
            *own_scripts(),
            *(self.rewrite((views | looking)[name]) for name in sorted(self.twins)),
        ]

    def rewrite(self, text: str) -> str:
        """Over what is readable."""

        def name(found: re.Match[str]) -> str:
            own = own_name(found[1], found[2])
            is_type = own in self.functions and not found[3]  # a row of what the function returns
            is_known = (own in self.known and not is_type) or found[2] == "%1$s_embeddings"
            return f"{READABLE}.{own}{found[3]}" if is_known else found[0]

        return NAMED.sub(name, without_comment(text))

    def admits(self, name: str, statement: str) -> bool:
        """Whether it changes nothing that documents say, and reads of it what is readable."""
        if name in _GIVE_NOTHING_AWAY:
            return True
        changed = set(_CHANGED.findall(statement))
        asks_people = _OF_PEOPLE.search(statement)  # a function of schema rag reads everything
        return not (asks_people or changed & self.known or names_in(statement) & self.closed)


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


@cache
def _readable() -> _Readable:
    return _Readable()


def readable_scripts() -> list[str]:
    """What makes schema sqlrag_readable, in its order."""
    made = f"DROP SCHEMA IF EXISTS {READABLE} CASCADE;\nCREATE SCHEMA {READABLE};\n"
    return [made, *_readable().scripts]


@cache
def readable_statements() -> Mapping[str, str]:
    """Statements by their names, over what is readable; without those that who may not read
    everything cannot be given."""
    room = _readable()
    return MappingProxyType(
        {name: room.rewrite(text) for name, text in SQL.items() if room.admits(name, text)}
    )
