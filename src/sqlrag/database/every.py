"""What is of every workspace, once more: for roles that see the rows of one at a time.

The role that a server connects as is bound to a workspace by a setting of its session. Schema
sqlrag_every has what cannot be: views of tables, and copies of functions, that run with the rights
of the owner. Statements that are named here are over these in the place of schemas sqlrag and rag.
See decision 63.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlrag.database.naming import (
    NAMED,
    Files,
    guarded_tables,
    names_in,
    own_name,
    without_comment,
)
from sqlrag.database.readable import readable_scripts, readable_statements
from sqlrag.database.statements import SQL, function_scripts, publications

EVERY = "sqlrag_every"
# They find a workspace by its name or a row by what only its owner knows, are of several at once,
# or are the server's own business. All others are of the workspace that is their first parameter.
_OF_EVERY = frozenset(
    [
        # Keys, what they did, and replies, which are kept by a hash.
        *("use_key", "are_keys_asked_for", "add_key", "keep_key", "list_keys", "revoke_key"),
        *("rotate_key", "read_as", "add_audit_entries", "list_audit", "prune_audit"),
        *("claim_reply", "renew_reply", "keep_reply", "drop_reply", "prune_replies"),
        "prune_conversations",
        # The queue is one, for workers that take what comes next.
        *("claim_jobs", "extend_jobs", "finish_job", "fail_job", "postpone_job", "hand_back_jobs"),
        *("sweep_jobs", "has_suspects", "prune_all_jobs", "list_due_schedules"),
        *("list_workers", "takes_anybody", "is_worker_alive", "measure_queue"),
        # Calls of models, which share a statement.
        *("exchange_model_calls", "look_up_model_calls"),
        # Workspaces themselves.
        *("get_workspace", "add_workspace", "list_workspaces", "add_vector_store"),
        *("list_vector_stores", "list_stores_of_upload", "find_uploads", "enqueue_uploads"),
        *("examine", "list_vector_recalls", "analyse_tables"),
    ]
)
# Of one, and yet of rows that are in no workspace, too; or by an expression, of which no index is
# searched while a policy has to hold of a row first.
_OF_ONE = frozenset(["erase", "get_file", "get_store_file"])


class _Every:
    def __init__(self) -> None:
        files = Files()
        views = {own_name("rag", name): text for name, text in files.views.items()}
        functions = {**files.looking, **files.others}
        tables = guarded_tables()
        guarded = tables | files.spread({**views, **functions}, tables)
        self.known = guarded & {name for one in _OF_EVERY | _OF_ONE for name in names_in(SQL[one])}
        self.scripts = [
            *(_view(name) for name in sorted(self.known & tables)),
            *(_own(views[name]) for name in sorted(self.known & views.keys())),
            *(_function(name, functions[name]) for name in sorted(self.known & functions.keys())),
        ]

    def rewrite(self, text: str) -> str:
        def name(found: Any) -> str:
            own = own_name(found[1], found[2])
            return f"{EVERY}.{own}{found[3]}" if own in self.known else str(found[0])

        return NAMED.sub(name, text)


def _view(table: str) -> str:
    return f"CREATE VIEW {EVERY}.{table} AS SELECT * FROM sqlrag.{table};\n"  # noqa: S608, a name of ours


def _own(text: str) -> str:
    """What a file makes, in this schema, with the rights of who makes it."""
    made = without_comment(text).replace(" WITH (security_invoker)", "", 1)
    made = made.replace("CREATE OR REPLACE VIEW rag.", f"CREATE VIEW {EVERY}.rag_", 1)
    return made.replace("CREATE OR REPLACE FUNCTION sqlrag.", f"CREATE FUNCTION {EVERY}.", 1)


def _function(name: str, text: str) -> str:
    return f"{_own(text)}\nALTER FUNCTION {EVERY}.{name} SECURITY DEFINER;\n"


@cache
def _every() -> _Every:
    return _Every()


def every_scripts() -> list[str]:
    """What makes schema sqlrag_every, in its order."""
    return [f"DROP SCHEMA IF EXISTS {EVERY} CASCADE;\nCREATE SCHEMA {EVERY};\n", *_every().scripts]


def _widen(statements: Mapping[str, str]) -> Mapping[str, str]:
    room = _every()
    return MappingProxyType(
        {
            name: room.rewrite(text) if name in _OF_EVERY | _OF_ONE else text
            for name, text in statements.items()
        }
    )


@cache
def statements() -> Mapping[str, str]:
    """Every statement by its name, for who may read everything."""
    return _widen(SQL)


@cache
def statements_of_readers() -> Mapping[str, str]:
    """Those that who may not read everything can be given, over what is readable."""
    return _widen(readable_statements())


def workspace_of(name: str, parameters: tuple[Any, ...]) -> int | None:
    """The workspace that a statement is of: its first parameter. None for one of every workspace,
    and for one of none."""
    first = parameters[0] if parameters and name not in _OF_EVERY else None
    return first if isinstance(first, int) else None


@cache
def function_fingerprint() -> str:
    """What tells the functions of this version from those of another: they change with no revision.

    The migrations leave it as the comment of the table of the revision.
    """
    scripts = [*function_scripts(), *publications().values(), *readable_scripts(), *every_scripts()]
    made = "\0".join(scripts)
    return f"functions {hashlib.sha256(made.encode()).hexdigest()[:16]}"
