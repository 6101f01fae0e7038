"""sqlrag: SQL-native retrieval-augmented generation on Postgres."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlrag.app import Rag
    from sqlrag.domain.retrieval import Answer, Context, Message, QueryParam, Reference
    from sqlrag.settings import Settings
    from sqlrag.syncing import SyncStore

__all__ = [
    "Answer",
    "Context",
    "Message",
    "QueryParam",
    "Rag",
    "Reference",
    "Settings",
    "SyncStore",
]

_HOMES = {
    "Rag": "sqlrag.app",
    "Settings": "sqlrag.settings",
    "SyncStore": "sqlrag.syncing",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only: the parser's processes need none of it."""
    if name not in __all__:
        raise AttributeError(f"module 'sqlrag' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "sqlrag.domain.retrieval")), name)
