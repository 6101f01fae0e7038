"""Workspaces are made, looked at and deleted, by any name that an address can hold."""

import asyncio
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from tests.api.test_bad_input import problem
from tests.support.owning import name_owner

NAMES = ["a b", "ä", "100%", "a%2Fb", "what?", "c#", "чат", "😀", " x", "a+b&c=d", "..."]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_encoded_is_a_name(client: httpx.Client, name: str) -> None:
    assert client.post("/v1/workspaces", json={"name": name}).json()["name"] == name
    at = f"/v1/workspaces/{quote(name, safe='')}"
    assert client.get(at).json()["name"] == name
    assert client.get(f"{at}/documents").json() == {"items": [], "next": None}
    assert client.delete(at).status_code == 204
    assert problem(client.get(at), 404)["detail"].startswith(f'There is no workspace "{name}"')


@pytest.mark.parametrize("name", ["acme/eu", ".", "..", "a\nb", "x\x7f", "y" * 201, " ", ""])
def test_a_name_that_no_address_holds_is_refused(client: httpx.Client, name: str) -> None:
    problem(client.post("/v1/workspaces", json={"name": name}), 400)


def test_a_workspace_is_made_once_and_shows_its_configuration(
    client: httpx.Client, workspace: str
) -> None:
    made = client.post("/v1/workspaces", json={"name": workspace})
    assert (made.status_code, made.json()["documents"], made.json()["model"]) == (201, 0, None)
    problem(client.post("/v1/workspaces", json={"name": workspace}), 409)
    at = f"/v1/workspaces/{workspace}"
    client.patch(f"{at}/extraction", json={"gleaning_rounds": 0}).raise_for_status()
    client.post(f"{at}/documents", json={"text": "A text."}).raise_for_status()
    shown = client.get(at).json()
    assert shown["documents"] == 1
    assert shown["extraction"]["changed"] == ["gleaning_rounds"]
    assert shown["retrieval"]["options"] == {"select": False}
    assert shown["costs"]["options"]["budget"] is None


def test_workspaces_come_in_pages(client: httpx.Client, workspace: str) -> None:
    names = [f"{workspace}-{number}" for number in range(3)]
    for name in names:
        client.post("/v1/workspaces", json={"name": name}).raise_for_status()
    found, after = list[str](), 0
    while after is not None:
        page = client.get("/v1/workspaces", params={"limit": 2, "after": after}).json()
        found += [one["name"] for one in page["items"]]
        after = page["next"]
    assert [name for name in found if name in names] == names
    assert len(set(found)) == len(found)


def test_what_is_deleted_is_gone_from_every_table_and_nothing_else_is(
    client: httpx.Client, workspace: str, api_url: str
) -> None:
    keep = f"{workspace}-keep"
    for name in (workspace, keep):
        text = {"text": "Ada Lovelace wrote to Charles Babbage of the engine."}
        client.post(f"/v1/workspaces/{name}/documents", json=text).raise_for_status()
        asked = {"question": "Who wrote?", "background": True}
        client.post(f"/v1/workspaces/{name}/query", json=asked).raise_for_status()
    gone, stays = (
        client.get(f"/v1/workspaces/{one}").json()["workspace_id"] for one in (workspace, keep)
    )
    before = asyncio.run(count_rows(api_url, stays))
    assert sum(asyncio.run(count_rows(api_url, gone)).values()) > 10
    assert client.delete(f"/v1/workspaces/{workspace}").status_code == 204
    problem(client.delete(f"/v1/workspaces/{workspace}"), 404)
    assert set(asyncio.run(count_rows(api_url, gone)).values()) == {0}
    after = asyncio.run(count_rows(api_url, stays))
    # The audit hears of an ingestion a second later.
    assert after | {"audit": 0} == before | {"audit": 0}


async def count_rows(url: str, workspace_id: int) -> dict[str, int]:
    """Of each table that knows workspaces."""
    connection: Any = await asyncpg.connect(name_owner(url))
    try:
        tables = await connection.fetch(
            """SELECT c.table_name AS name FROM information_schema.columns AS c
            JOIN information_schema.tables AS t USING (table_schema, table_name)
            WHERE c.table_schema = 'sqlrag' AND column_name = 'workspace_id'
                AND t.table_type = 'BASE TABLE'"""
        )
        count = "SELECT count(*) FROM sqlrag.{} WHERE workspace_id = $1"
        return {
            one["name"]: await connection.fetchval(count.format(one["name"]), workspace_id)
            for one in tables
        }
    finally:
        await connection.close()
