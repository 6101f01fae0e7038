"""The methods of sqlrag.client are those that the OpenAPI document describes."""

import runpy
from inspect import signature
from pathlib import Path
from types import NoneType
from typing import Any

import httpx
import msgspec
import pytest

from sqlrag.client import AsyncClient, Client
from sqlrag.client.graph_operations import GraphOperations
from sqlrag.client.rag_operations import RagOperations
from sqlrag.doors.http.openapi import RESPONSES

TOOL = Path(__file__).parents[2] / "tools" / "make_client.py"
# What goes by another name, or has no place in a client for people's own programs.
BY_HAND = {
    "ingest_documents": "insert",
    "query": "query",
    "query_data": "search",
    "stream_query": "stream",
}
LEFT_OUT = {"get_content", "draw_page", "export", "follow_jobs", "check_live", "check_ready"}


def test_methods_are_those_that_the_operations_make() -> None:
    made = runpy.run_path(str(TOOL))["make_files"]()
    assert len(made) == 4
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, "run uv run python tools/make_client.py"


@pytest.fixture(scope="module")
def paths(server: str) -> Any:
    return httpx.get(f"{server}/docs/openapi.json").json()["paths"]


def test_all_that_the_api_has_for_programs_is_a_method(paths: dict[str, Any]) -> None:
    operations = [one for item in paths.values() for one in item.values()]
    named = {one["operationId"] for one in operations if "clients" not in one["tags"]}
    for one in named - LEFT_OUT:
        assert hasattr(Client, BY_HAND.get(one, one)), one
        assert hasattr(AsyncClient, BY_HAND.get(one, one)), one


class Told(Client):
    """Tells of a call instead of making it."""

    def _call(self, kind: Any, address: str, listed: str = "", /, **given: Any) -> Any:
        self.told = kind, address, listed, given
        return [None]


METHODS = sorted(
    one for kind in (RagOperations, GraphOperations) for one in vars(kind) if one[0] != "_"
)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_asks_for_what_the_api_describes(
    name: str, paths: dict[str, Any], server: str
) -> None:
    client = Told(server)
    method = getattr(client, name)
    method(**dict.fromkeys(signature(method).parameters, 1))
    kind, address, listed, given = client.told
    verb, _, path = address.partition(" ")
    within = "" if path.startswith("workspaces") else "workspaces/{workspace}/"
    described = paths[f"/v1/{within}{path}"][verb.lower()]
    asked = [one for one in described.get("parameters", ()) if one["in"] != "header"]
    named = {one["name"] for one in asked} - {"workspace"}
    if "body" in given:
        given.pop("body")
    elif "requestBody" in described:
        named |= described["requestBody"]["content"]["application/json"]["schema"][
            "properties"
        ].keys()
    assert given.keys() == named
    example = RESPONSES.get(name)
    if kind is not NoneType:
        assert msgspec.convert(example[listed] if listed else example, kind) is not None


def test_both_clients_have_the_same_methods() -> None:
    for name, method in vars(Client).items():
        if not name.startswith("_"):
            taken = signature(method).parameters
            other = signature(getattr(AsyncClient, name)).parameters
            assert [*taken] == [*other], name
