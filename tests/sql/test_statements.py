"""Rules that hold for the whole SQL room."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.database.replica import TELLING
from sqlrag.database.statements import SQL, function_files, read_file, sql_room
from sqlrag.domain import graph_views
from sqlrag.domain.access import Key, KeyUse
from sqlrag.domain.auditing import AuditEntry
from sqlrag.domain.conversations import Conversation, OpenConversation, Turn
from sqlrag.domain.costs import Price, Spending
from sqlrag.domain.documents import Chunk, Document, DocumentState, WrittenDocument
from sqlrag.domain.graph_views import (
    DeletedEntity,
    DeletedRelation,
    Edit,
    Entity,
    Relation,
)
from sqlrag.domain.items import Item
from sqlrag.domain.jobs import (
    ClaimedJob,
    Job,
    JobChange,
    JobCounts,
    JobWorker,
    QueueDepth,
    TrackCost,
)
from sqlrag.domain.pacing import Provider
from sqlrag.domain.replies import Reply
from sqlrag.domain.retrieval import MODES, ScoredChunk, ScoredEntity, ScoredRelation
from sqlrag.domain.schedules import DueSchedule, Schedule
from sqlrag.domain.search import TraceStep
from sqlrag.domain.summaries import DueSummary
from sqlrag.domain.uploads import FileBatch, FoundUpload, KnownFile, StoreFile, VectorStore
from sqlrag.domain.watched_tables import WatchedTable
from sqlrag.domain.workspaces import Workspace, WorkspaceSummary
from sqlrag.rag.doctor import Check, VectorRecall
from sqlrag.rag.graph_export import COLUMNS

SOURCES = Path(__file__).parents[2] / "src" / "sqlrag"
ROWS: dict[str, type[Any] | tuple[str, ...]] = {
    "get_workspace": Workspace,
    "list_workspaces": WorkspaceSummary,
    "use_key": KeyUse,
    "list_keys": Key,
    "claim_reply": Reply,
    "list_audit": AuditEntry,
    "list_conversations": Conversation,
    "open_conversation": OpenConversation,
    "list_turns": Turn,
    "get_document_state": DocumentState,
    "list_documents": Document,
    "list_chunks": Chunk,
    "write_document": WrittenDocument,
    "trace_context": TraceStep,
    "list_due_summaries": DueSummary,
    "entity": graph_views.Entity,
    "search_entities": graph_views.FoundEntity,
    "popular_entities": graph_views.PopularEntity,
    "neighbours": graph_views.Neighbour,
    "similar_entities": graph_views.FoundEntity,
    "where_said": graph_views.Said,
    "where_said_relation": graph_views.Said,
    "find_path": graph_views.PathStep,
    "duplicates": graph_views.Duplicate,
    "orphans": graph_views.Orphan,
    "cost_by_day": graph_views.DailyCost,
    "cost_by_document": graph_views.DocumentCost,
    "propose_names": graph_views.UnknownName,
    "count_graph": graph_views.KINDS,
    "export_entities": COLUMNS["entities"],
    "export_relations": COLUMNS["relations"],
    "create_entity": Entity,
    "edit_entity": Entity,
    "rename_entity": Entity,
    "merge_entities": Entity,
    "split_entity": Entity,
    "delete_entity": DeletedEntity,
    "create_relation": Relation,
    "edit_relation": Relation,
    "delete_relation": DeletedRelation,
    "relation": Relation,
    "list_edits": Edit,
    "list_files": KnownFile,
    "get_file": KnownFile,
    "list_store_files": StoreFile,
    "get_store_file": StoreFile,
    "list_vector_stores": VectorStore,
    "find_uploads": FoundUpload,
    "count_batch": FileBatch,
    "get_items": Item,
    "examine": Check,
    "list_vector_recalls": VectorRecall,
    "list_jobs": Job,
    "list_track": Job,
    "list_costs_of_track": TrackCost,
    "claim_jobs": ClaimedJob,
    "list_watched_tables": WatchedTable,
    "list_schedules": Schedule,
    "list_due_schedules": DueSchedule,
    "list_job_changes": JobChange,
    "list_job_states": JobChange,
    "list_board": JobChange,
    "measure_queue": QueueDepth,
    "spending": Spending,
    "list_prices": Price,
    "list_providers": Provider,
    "count_jobs": JobCounts,
    "list_workers": JobWorker,
}


async def test_every_statement_prepares_and_fits_its_dataclass(
    connection: asyncpg.Connection,
) -> None:
    wrong = {name: found for name in sorted(SQL) if (found := await complain(connection, name))}
    assert wrong == {}


async def complain(connection: asyncpg.Connection, name: str) -> str | None:
    try:
        statement = await connection.prepare(SQL[name])
    except asyncpg.PostgresError as error:
        return str(error)
    if name not in ROWS:
        return None
    columns = [column.name for column in statement.get_attributes()]
    return None if columns == fields(ROWS[name]) else f"{columns} are not {fields(ROWS[name])}"


def fields(row: type[Any] | tuple[str, ...]) -> list[str]:
    """What only some statements tell has a default."""
    if isinstance(row, tuple):
        return list(row)
    return [
        field.name
        for field in dataclasses.fields(row)
        if field.default_factory is dataclasses.MISSING
    ]


async def test_items_of_a_context_fit_their_dataclasses(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await rag.insert("Ada Quist of Harrow Vale kept the light of Grey Harbour.", "light")
    rows = await connection.fetch("SELECT kind, item::jsonb FROM rag.mix_search('default', 'Ada')")
    items = {row["kind"]: set(row["item"]) for row in rows}
    assert set(items) == {"chunk", "entity", "relation"}
    for kind, row in (
        ("chunk", ScoredChunk),
        ("entity", ScoredEntity),
        ("relation", ScoredRelation),
    ):
        optional = {"token_count", "copies"}
        assert items[kind] - optional == set(fields(row)) - optional, kind


def test_every_statement_is_used_by_its_name() -> None:
    """Modes go by `<mode>_search`; all others stand somewhere as they are called."""
    python = "\n".join(path.read_text() for path in SOURCES.rglob("*.py"))
    assert 'f"{param.mode}_search"' in python
    searches = {f"{mode}_search" for mode in MODES}
    unused = [name for name in SQL if name not in searches and f'"{name}"' not in python]
    assert unused == []


INTERNAL = [path for path in function_files() if "public" not in path.parts]
PUBLIC = [path for path in function_files() if "public" in path.parts]
MADE = re.compile(r"^CREATE OR REPLACE (FUNCTION|VIEW) (\w+)\.(\w+)", re.MULTILINE)


@pytest.mark.parametrize("path", INTERNAL, ids=lambda path: path.stem)
def test_a_file_of_a_function_by_id_holds_it_after_a_sentence(path: Path) -> None:
    script = path.read_text()
    opening = re.split(r"-- call: |-- role: |-- example: |\nCREATE ", script)[0]
    assert re.match(r"(-- \S.*\n?)*\Z", opening)
    assert opening.rstrip().endswith((".", ":")), "opens with a sentence"
    assert MADE.findall(script) == [("FUNCTION", "sqlrag", path.stem)]
    assert "\nCOMMENT ON" not in script
    assert "-- call: " in script or path.stem not in SQL


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_a_file_of_what_people_call_holds_it_with_its_comment(path: Path) -> None:
    script = path.read_text()
    ((kind, schema, name),) = MADE.findall(script)
    assert schema == "rag"
    assert path.stem == f"view_{name}" if kind == "VIEW" else path.stem.startswith(name)
    assert f"COMMENT ON {kind} rag.{name}" in script
    if kind == "FUNCTION":
        assert re.search(rf"FUNCTION rag\.{name}\(\s*workspace text\b", script), "by name"
        assert "Example: " in script


def test_no_line_is_over_120_characters() -> None:
    long = [
        f"{path.name}:{place}"
        for path in sql_room().rglob("*.sql")
        for place, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []


async def test_every_public_function_shows_an_example_that_runs(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('default')")
    # An application's own.
    await connection.execute(
        "CREATE TABLE public.article (id int PRIMARY KEY, title text, body text)"
    )
    rows = await connection.fetch(
        """SELECT p.oid::regprocedure::text AS name, obj_description(p.oid) AS comment
        FROM pg_proc AS p WHERE pronamespace = 'rag'::regnamespace"""
    )
    assert rows
    for row in rows:
        assert "Example: " in row["comment"], row["name"]
        example = row["comment"].split("Example: ")[1].replace("'[…]'", "'[1,2,3]'")
        await connection.fetch(example)


def test_what_changes_what_is_looked_at_is_followed_by_a_replica() -> None:
    """TELLING has every statement that changes it, in itself or by the functions that it calls."""
    looked_at = "documents|chunks|chunk_terms|mentions|evidence|entities|relations|entity_aliases"
    looked_at += r"|\w+_embeddings|\w+_summaries|audiences"
    changes = re.compile(rf"(?:INSERT INTO|UPDATE|DELETE FROM)\s+sqlrag\.(?:{looked_at})\b")
    calls = re.compile(r"\bsqlrag\.(\w+)\s*\(")
    texts = {path.stem: remove_comments(read_file(path)) for path in function_files()}

    def changes_it(text: str, seen: set[str]) -> bool:
        called = {name for name in calls.findall(text) if name in texts} - seen
        seen |= called
        return bool(changes.search(text)) or any(changes_it(texts[one], seen) for one in called)

    changing = {name for name, text in SQL.items() if changes_it(remove_comments(text), set())}
    assert len(changing) > 20
    assert changing - TELLING == set()


def remove_comments(text: str) -> str:
    return re.sub(r"--.*", "", text)


def test_no_template_and_no_assembled_where() -> None:
    for path in sql_room().rglob("*.sql"):
        script = path.read_text()
        assert "{" not in re.sub(r"'[^']*'|--.*", "", script), path
