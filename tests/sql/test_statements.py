"""Rules that hold for the whole SQL room."""

import dataclasses
import re
from pathlib import Path

import asyncpg
import pytest

from sqlrag.database.statements import SQL, function_files, sql_room
from sqlrag.domain import graph_views
from sqlrag.domain.doctor import IndexState, ServerSettings, UnreadyDocuments, VectorRecall
from sqlrag.domain.documents import Chunk, Document, DocumentState, WrittenDocument
from sqlrag.domain.graph_views import (
    DeletedEntity,
    DeletedRelation,
    Edit,
    Entity,
    Relation,
)
from sqlrag.domain.items import Item
from sqlrag.domain.retrieval import ScoredChunk
from sqlrag.domain.search import TableReads, TraceStep
from sqlrag.domain.summaries import DueSummary, SummaryCounts
from sqlrag.domain.workspaces import Workspace, WorkspaceSummary

SOURCES = Path(__file__).parents[2] / "src" / "sqlrag"
ROWS = {
    "get_workspace": Workspace,
    "list_workspaces": WorkspaceSummary,
    "get_document_state": DocumentState,
    "get_document": Document,
    "list_documents": Document,
    "list_chunks": Chunk,
    "write_document": WrittenDocument,
    "naive_search": ScoredChunk,
    "trace_context": TraceStep,
    "count_reads": TableReads,
    "list_due_summaries": DueSummary,
    "write_summaries": SummaryCounts,
    "entity": graph_views.Entity,
    "search_entities": graph_views.FoundEntity,
    "popular_entities": graph_views.PopularEntity,
    "neighbours": graph_views.Neighbour,
    "where_said": graph_views.Said,
    "where_said_relation": graph_views.Said,
    "find_path": graph_views.PathStep,
    "duplicates": graph_views.Duplicate,
    "orphans": graph_views.Orphan,
    "cost_by_day": graph_views.DailyCost,
    "cost_by_document": graph_views.DocumentCost,
    "propose_names": graph_views.UnknownName,
    "count_graph": graph_views.GraphCount,
    "export_entities": graph_views.ExportedEntity,
    "export_relations": graph_views.ExportedRelation,
    "create_entity": Entity,
    "edit_entity": Entity,
    "rename_entity": Entity,
    "merge_entities": Entity,
    "split_entity": Entity,
    "delete_entity": DeletedEntity,
    "create_relation": Relation,
    "edit_relation": Relation,
    "delete_relation": DeletedRelation,
    "show_entity": Entity,
    "show_relation": Relation,
    "list_edits": Edit,
    "get_items": Item,
    "get_server_settings": ServerSettings,
    "list_index_states": IndexState,
    "list_vector_recalls": VectorRecall,
    "count_unready_documents": UnreadyDocuments,
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
    # What only some statements tell has a default.
    fields = [
        field.name
        for field in dataclasses.fields(ROWS[name])
        if field.default_factory is dataclasses.MISSING
    ]
    return None if columns == fields else f"{columns} are not {fields}"


def test_every_query_is_used_by_its_name() -> None:
    """Modes go by `<mode>_search`; all others stand somewhere as they are called."""
    python = "\n".join(path.read_text() for path in SOURCES.rglob("*.py"))
    unused = [name for name in SQL if f'"{name}"' not in python and not name.endswith("_search")]
    assert unused == []


@pytest.mark.parametrize("path", function_files(), ids=lambda path: path.stem)
def test_a_function_file_holds_one_documented_function(path: Path) -> None:
    script = path.read_text()
    lines = script.splitlines()
    assert re.match(r"-- \S.*[.:]$", lines[0]), "opens with a sentence"
    assert lines[1].startswith("-- call: "), "tells how it is called"
    made = re.findall(r"^CREATE OR REPLACE (FUNCTION|VIEW) rag\.(\w+)", script, re.MULTILINE)
    assert len(made) == 1
    kind, name = made[0]
    assert path.stem == f"view_{name}" if kind == "VIEW" else path.stem.startswith(name)
    assert f"COMMENT ON {kind} rag.{name}" in script


async def test_every_public_function_shows_an_example_that_runs(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("INSERT INTO sqlrag.workspaces (name) VALUES ('default')")
    rows = await connection.fetch(
        """SELECT p.oid::regprocedure::text AS name, obj_description(p.oid) AS comment
        FROM pg_proc AS p WHERE pronamespace = 'rag'::regnamespace"""
    )
    assert rows
    for row in rows:
        assert row["comment"], row["name"]
        if "Example: " in row["comment"]:
            example = row["comment"].split("Example: ")[1].replace("'[…]'", "'[1,2,3]'")
            await connection.fetch(example)


def test_no_template_and_no_assembled_where() -> None:
    for path in sql_room().rglob("*.sql"):
        script = path.read_text()
        assert "{" not in re.sub(r"'[^']*'|--.*", "", script), path
