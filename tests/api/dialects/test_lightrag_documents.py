"""Documents, the pipeline and the graph as clients of LightRAG handle them."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.dialects.lightrag_door import GRAPH, Door
from tests.api.serving import serve
from tests.conftest import make_database


@pytest.fixture(scope="module")
def working(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server whose worker reads what is uploaded."""
    settings = {
        "DATABASE_URL": make_database(server_url, template),
        "SQLRAG_MODELS": "offline",
        "SQLRAG_EMBEDDING_MODEL": "offline-hashing-v1",
    }
    with serve("sqlrag with a worker", tmp_path_factory.mktemp("lightrag"), **settings) as url:
        yield url


@pytest.fixture
def door(working: str) -> Door:
    """Of a workspace that does not exist yet."""
    at = f"{working}/v1/workspaces/{uuid4().hex}"
    return Door(f"{at}/lightrag", at)


@pytest.fixture
def drawn(door: Door) -> Door:
    """Of a workspace with a graph."""
    httpx.post(f"{door.ours}/graph/custom", json=GRAPH, timeout=60).raise_for_status()
    return door


def test_a_workspace_that_does_not_exist_is_empty(door: Door) -> None:
    assert door.list()["documents"] == []
    assert door.get("GET /graphs?label=*") == {"nodes": [], "edges": [], "is_truncated": False}
    assert door.get("GET /graph/label/list") == door.get("GET /graph/label/popular") == []
    assert door.get("GET /documents/status_counts")["status_counts"]["all"] == 0
    assert door.get("GET /documents/pipeline_status")["busy"] is False
    assert door.get("GET /health")["pipeline_busy"] is False


def test_an_upload_is_read_in_the_background_under_its_name(door: Door) -> None:
    file = {"file": ("Straße.txt", "Die Lampe von Łódź brennt.".encode())}
    made = door.get("POST /documents/upload", files=file)
    assert made["status"] == "success"
    told = door.wait_for(made["track_id"])
    assert told["status_summary"] == {"processed": 1}
    assert told["documents"][0]["file_path"] == "Straße.txt"
    (listed,) = door.list()["documents"]
    assert listed["content_summary"] == "Die Lampe von Łódź brennt."
    assert (listed["status"], listed["chunks_count"]) == ("processed", 1)
    status = door.get("GET /documents/pipeline_status")
    assert status["latest_message"] == "Straße.txt: added, 1 chunks"


def test_texts_have_sources_and_replace_what_has_the_same(door: Door) -> None:
    texts = {"texts": ["One.", "Two."], "file_sources": ["a.txt", "b.txt"]}
    track = door.get("POST /documents/texts", texts)["track_id"]
    assert door.wait_for(track)["status_summary"] == {"processed": 2}
    door.insert("a.txt", "Three.")
    found = door.list(sort_field="file_path", sort_direction="asc")["documents"]
    assert [(one["file_path"], one["content_summary"]) for one in found] == [
        ("a.txt", "Three."),
        ("b.txt", "Two."),
    ]


def test_pages_are_sorted_and_counted_by_status(door: Door) -> None:
    texts = [f"Text number {n}." for n in range(12)]
    names = [f"{n:02}" for n in range(12)]
    made = door.get("POST /documents/texts", {"texts": texts, "file_sources": names})
    door.wait_for(made["track_id"])
    made = door.get("POST /documents/upload", files={"file": ("broken.pdf", b"%PDF-1.7 broken")})
    assert door.wait_for(made["track_id"])["status_summary"] == {"failed": 1}
    first = door.list(page_size=10, sort_field="file_path", sort_direction="asc")
    assert [one["file_path"] for one in first["documents"]] == names[:10]
    assert first["pagination"] == {
        "page": 1, "page_size": 10, "total_count": 13, "total_pages": 2, "has_next": True,
        "has_prev": False,
    }  # fmt: skip
    counts = {"all": 13, "pending": 0, "processing": 0, "processed": 12, "failed": 1}
    assert first["status_counts"] == counts
    second = door.list(page=2, page_size=10, sort_field="file_path", sort_direction="asc")
    assert [one["file_path"] for one in second["documents"]] == ["10", "11", "broken.pdf"]
    for field in ("id", "created_at", "updated_at"):
        up, down = (
            [one["id"] for one in door.list(sort_field=field, sort_direction=way)["documents"]]
            for way in ("asc", "desc")
        )
        assert len(up) == 13
        assert set(up) == set(down)
    ids = [int(one["id"]) for one in door.list(sort_field="id", sort_direction="asc")["documents"]]
    assert ids == sorted(ids)
    (failed,) = door.list(status_filter="failed")["documents"]
    assert "PDF" in failed["error_msg"]
    assert door.list(status_filters=["parsing", "analyzing"])["documents"] == []
    retried = door.get("POST /documents/reprocess_failed")
    assert "1 jobs" in retried["message"]


@pytest.mark.parametrize(
    ("address", "more", "status", "told"),
    [
        ("upload", {"files": {"file": ("x.bin", b"\0\1\2\0")}}, 415, "binary files"),
        ("upload", {"files": {"file": ("x.txt", b"")}}, 422, "empty"),
        ("upload", {"files": [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]}, 400, "one f"),
        ("upload", {"files": {"other": ("a.txt", b"a")}}, 400, "field file"),
        ("upload", {"body": {}}, 400, "multipart/form-data"),
        ("text", {"body": {"text": ""}}, 400, "text is empty"),
        ("text", {"body": {"text": "a", "chunking": {"strategy": "x"}}}, 400, "leave chunking out"),
        ("texts", {"body": {"texts": ["a"], "file_sources": ["a", "b"]}}, 400, "1 texts and 2"),
        ("texts", {"body": {"texts": ["a", "b"], "file_sources": ["a", "a"]}}, 400, "Two diff"),
        ("paginated", {"body": {"page_size": 5}}, 400, "page_size"),
        ("paginated", {"body": {"status_filter": "lost"}}, 400, "lost"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_once(
    door: Door, address: str, more: dict[str, Any], status: int, told: str
) -> None:
    answer = door.ask(f"POST /documents/{address}", **more)
    assert answer.status_code == status, answer.text
    assert told in answer.json()["detail"]


def test_documents_are_deleted_by_their_ids(door: Door) -> None:
    for name in ("a", "b"):
        door.insert(name, f"The text of {name}.")
    a, b = (
        one["id"] for one in door.list(sort_field="file_path", sort_direction="asc")["documents"]
    )
    gone = door.get("DELETE /documents/delete_document", {"doc_ids": [a], "delete_file": True})
    assert (gone["status"], gone["doc_id"], gone["message"]) == (
        "deletion_started",
        a,
        "Deleted: a.",
    )
    assert [one["id"] for one in door.list()["documents"]] == [b]
    for ids, status in (([a], 404), (["x"], 400), ([], 400), (["job-1000000"], 404)):
        answer = door.ask("DELETE /documents/delete_document", {"doc_ids": ids})
        assert answer.status_code == status, answer.text


def test_all_documents_are_deleted_and_the_workspace_stays(drawn: Door) -> None:
    drawn.insert("a", "The text of a.")
    assert drawn.get("DELETE /documents")["status"] == "success"
    assert drawn.list()["documents"] == []
    assert httpx.get(drawn.ours).status_code == 200


def test_what_waits_is_listed_and_cancelled(server: str, workspace: str) -> None:
    """On a server without a worker."""
    at = f"{server}/v1/workspaces/{workspace}"
    door = Door(f"{at}/lightrag", at)
    made = door.get("POST /documents/texts", {"texts": ["A.", "B."], "file_sources": ["a", "b"]})
    assert "no worker is running" in made["message"]
    waiting = door.list(status_filters=["pending"], sort_field="file_path", sort_direction="asc")
    assert [one["file_path"] for one in waiting["documents"]] == ["a", "b"]
    assert {one["track_id"] for one in waiting["documents"]} == {made["track_id"]}
    status = door.get("GET /documents/pipeline_status")
    assert (status["busy"], status["docs"]) == (True, 2)
    assert door.get("GET /health")["pipeline_busy"] is True
    assert door.get("DELETE /documents")["status"] == "busy"
    first = waiting["documents"][0]["id"]
    assert first.startswith("job-")
    gone = door.get("DELETE /documents/delete_document", {"doc_ids": [first]})
    assert "Not read any more: 1" in gone["message"]
    assert door.get("POST /documents/cancel_pipeline")["status"] == "cancellation_requested"
    assert door.get("POST /documents/cancel_pipeline")["status"] == "not_busy"
    kept = httpx.get(f"{at}/audit").text
    assert '"operation":"cancel_ingestions"' in kept
    for track in ("none", "1" * 32):
        answer = door.ask(f"GET /documents/track_status/{track}")
        assert (answer.status_code, list(answer.json())) == (404, ["detail"])
    told = door.get(f"GET /documents/track_status/{made['track_id']}")
    assert told["status_summary"] == {"failed": 2}
    assert told["documents"][0]["error_msg"] == "It was cancelled."


def test_what_has_no_counterpart_is_answered_honestly(drawn: Door) -> None:
    scan = drawn.get("POST /documents/scan")
    assert "no folder" in scan["message"]
    assert "no folder" in drawn.get("GET /documents/scan/status/x")["message"]
    assert drawn.get("GET /documents/source_conflicts")["conflicts"] == []
    repair = {"canonical_source_key": "light.txt", "primary_doc_id": "1"}
    told = drawn.get("POST /documents/source_conflicts/repair", repair)
    assert (told["candidate_count"], told["committed"]) == (1, False)
    reset = drawn.get("POST /documents/recovery/force_reset", {"confirm": True})
    assert reset["status"] == "no_recovery_required"
    assert drawn.get("POST /documents/clear_cache", {})["status"] == "success"
    assert drawn.get("GET /ui/customization?locale=de")["customized"] is False
    types = drawn.get("GET /documents/supported_file_types")["supported_extensions"]
    assert {".pdf", ".docx", ".md", ".txt"} <= set(types)


def test_a_graph_is_drawn_whole_or_around_an_entity(drawn: Door) -> None:
    whole = drawn.get("GET /graphs?label=*&max_depth=3&max_nodes=1000")
    names = {node["id"] for node in whole["nodes"]}
    assert names == {"Ada Quist", "Grey Harbour", "Łódź"}
    (edge,) = whole["edges"]
    assert (edge["source"], edge["target"]) == ("Ada Quist", "Grey Harbour")
    assert edge["properties"]["keywords"] == "keeper"
    cut = drawn.get("GET /graphs?label=*&max_nodes=2")
    assert (len(cut["nodes"]), cut["is_truncated"]) == (2, True)
    around = drawn.get("GET /graphs", params={"label": "ada quist", "max_depth": 9})
    assert [node["id"] for node in around["nodes"]] == ["Ada Quist", "Grey Harbour"]
    assert around["is_truncated"] is False
    alone = drawn.get("GET /graphs", params={"label": "Łódź"})
    assert [node["properties"]["entity_type"] for node in alone["nodes"]] == ["place"]
    assert drawn.get("GET /graphs", params={"label": "nobody"})["nodes"] == []


def test_entities_are_found_by_their_names(drawn: Door) -> None:
    assert drawn.get("GET /graph/label/list") == ["Ada Quist", "Grey Harbour", "Łódź"]
    assert len(drawn.get("GET /graph/label/popular?limit=2")) == 2
    assert drawn.get("GET /graph/label/search", params={"q": "łó"}) == ["Łódź"]
    for name, exists in (("łódź", True), ("Nobody", False)):
        assert drawn.get("GET /graph/entity/exists", params={"name": name}) == {"exists": exists}


def test_an_entity_is_edited_renamed_and_merged(drawn: Door) -> None:
    def edit(name: str, changes: dict[str, Any], **more: bool) -> Any:
        body = {"entity_name": name, "updated_data": changes, **more}
        return drawn.ask("POST /graph/entity/edit", body)

    told = edit("Ada Quist", {"description": "Hüterin", "source_id": "x"}).json()
    assert told["data"]["graph_data"]["description"] == "Hüterin"
    assert told["operation_summary"]["operation_status"] == "success"
    assert edit("Ada Quist", {"entity_name": "Ada Q."}).status_code == 400
    renamed = edit("Ada Quist", {"entity_name": "Ada Łoś"}, allow_rename=True).json()
    assert renamed["operation_summary"]["final_entity"] == "Ada Łoś"
    assert renamed["operation_summary"]["renamed"] is True
    taken = edit("Ada Łoś", {"entity_name": "Łódź"}, allow_rename=True)
    assert taken.status_code == 409
    merged = edit("Ada Łoś", {"entity_name": "Łódź"}, allow_rename=True, allow_merge=True).json()
    assert merged["operation_summary"]["merged"] is True
    assert drawn.get("GET /graph/label/list") == ["Grey Harbour", "Łódź"]
    wrong: tuple[tuple[str, dict[str, Any], int], ...] = (
        ("Nobody", {"description": "x"}, 404),
        ("Łódź", {"colour": "red"}, 400),
        ("Łódź", {"description": 3}, 400),
        ("", {}, 400),
    )
    for name, changes, status in wrong:
        assert edit(name, changes).status_code == status, (name, changes)


def test_entities_and_relations_are_made_and_deleted(drawn: Door) -> None:
    made = {
        "entity_name": "Beacon",
        "entity_data": {"entity_type": "tower", "description": "Tall."},
    }
    assert drawn.get("POST /graph/entity/create", made)["data"]["entity_name"] == "Beacon"
    assert drawn.ask("POST /graph/entity/create", made).status_code == 409
    ends = {"source_entity": "Beacon", "target_entity": "Łódź"}
    related = {
        **ends,
        "relation_data": {"keywords": "in", "description": "It is there.", "weight": 3},
    }
    told = drawn.get("POST /graph/relation/create", related)
    assert told["data"]["graph_data"]["weight"] == 3
    edit = {"source_id": "Beacon", "target_id": "Łódź", "updated_data": {"keywords": "stands in"}}
    told = drawn.get("POST /graph/relation/edit", edit)
    assert told["data"]["graph_data"]["keywords"] == "stands in"
    edit["updated_data"] = {"weight": "heavy"}
    assert drawn.ask("POST /graph/relation/edit", edit).status_code == 400
    merge = {"entities_to_change": ["Beacon"], "entity_to_change_into": "Grey Harbour"}
    told = drawn.get("POST /graph/entities/merge", merge)
    assert told["data"]["entity_name"] == "Grey Harbour"
    moved = {"source_entity": "Grey Harbour", "target_entity": "Łódź"}
    assert drawn.get("DELETE /graph/relation/delete", moved)["status"] == "success"
    assert drawn.ask("DELETE /graph/relation/delete", moved).status_code == 404
    gone = {"entity_name": "Łódź"}
    assert drawn.get("DELETE /graph/entity/delete", gone)["doc_id"] == "Łódź"
    assert drawn.ask("DELETE /graph/entity/delete", gone).status_code == 404
