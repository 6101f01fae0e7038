"""Records the answers that clients of LightRAG are given, for the OpenAPI document.

What is made for it is gone when it is done.
"""

from collections.abc import Callable
from typing import Any

_AT = "/lightrag"
SECOND = {"entity_name": "Jerry's Guide", "entity_data": {"entity_type": "organization"}}


def record_lightrag(send: Any, work: Callable[[], None]) -> None:
    send("get_auth_status", "GET", f"{_AT}/auth-status")
    send("verify_credentials", "GET", f"{_AT}/auth/verify")
    send("get_health", "GET", f"{_AT}/health")
    send("get_customization", "GET", f"{_AT}/ui/customization")
    _record_log_in(send)
    send("ask_as_lightrag", "POST", f"{_AT}/query")
    send("stream_as_lightrag", "POST", f"{_AT}/query/stream")
    send("retrieve_as_lightrag", "POST", f"{_AT}/query/data")
    _record_documents(send, work)
    _record_graph(send)


def _record_log_in(send: Any) -> None:
    key = send(None, "POST", "/v1/workspaces/default/keys", json={"role": "reader"})
    form = {"username": "Ada", "password": key["secret"]}
    send("log_in", "POST", f"{_AT}/login", data=form, json=None)
    send(None, "DELETE", f"/v1/workspaces/default/keys/{key['prefix']}")


def _record_documents(send: Any, work: Callable[[], None]) -> None:
    documents = f"{_AT}/documents"
    send("insert_text", "POST", f"{documents}/text")
    send("insert_texts", "POST", f"{documents}/texts")
    send("cancel_pipeline", "POST", f"{documents}/cancel_pipeline")
    file = {"file": ("viaweb.txt", b"Paul Graham founded Viaweb.")}
    track = send("upload_document", "POST", f"{documents}/upload", files=file)["track_id"]
    send("reprocess_failed", "POST", f"{documents}/reprocess_failed")
    send("scan_folder", "POST", f"{documents}/scan")
    work()
    send("get_track_status", "GET", f"{documents}/track_status/{track}")
    send("get_pipeline_status", "GET", f"{documents}/pipeline_status")
    found = send("page_documents", "POST", f"{documents}/paginated")
    send("count_statuses", "GET", f"{documents}/status_counts")
    send("list_file_types", "GET", f"{documents}/supported_file_types")
    send("get_scan", "GET", f"{documents}/scan/status/1")
    send("repair_conflict", "POST", f"{documents}/source_conflicts/repair")
    send("list_conflicts", "GET", f"{documents}/source_conflicts")
    send("reset_recovery", "POST", f"{documents}/recovery/force_reset")
    send("clear_cache", "POST", f"{documents}/clear_cache", json={})
    ids = [one["id"] for one in found["documents"] if one["file_path"] == "viaweb.txt"]
    send("delete_by_ids", "DELETE", f"{documents}/delete_document", json={"doc_ids": ids})
    with_one = {"LIGHTRAG-WORKSPACE": "emptied"}
    send(None, "POST", f"{documents}/text", json={"text": "A."}, headers=with_one)
    work()
    send("clear_documents", "DELETE", documents, headers=with_one)
    send(None, "DELETE", "/v1/workspaces/emptied")


def _record_graph(send: Any) -> None:
    around = {"label": "Viaweb", "max_depth": 1, "max_nodes": 3}
    send("draw_knowledge_graph", "GET", f"{_AT}/graphs", params=around)
    graph = f"{_AT}/graph"
    send("list_labels", "GET", f"{graph}/label/list")
    send("list_popular_labels", "GET", f"{graph}/label/popular", params={"limit": 2})
    send("search_labels", "GET", f"{graph}/label/search", params={"q": "viaw"})
    send("entity_exists", "GET", f"{graph}/entity/exists", params={"name": "Viaweb"})
    send("update_entity", "POST", f"{graph}/entity/edit")
    send("update_relation", "POST", f"{graph}/relation/edit")
    send("add_entity", "POST", f"{graph}/entity/create")
    send("add_relation", "POST", f"{graph}/relation/create")
    send(None, "POST", f"{graph}/entity/create", json=SECOND)
    send("join_entities", "POST", f"{graph}/entities/merge")
    send("remove_relation", "DELETE", f"{graph}/relation/delete")
    send("remove_entity", "DELETE", f"{graph}/entity/delete")
