"""How a workspace extracts is shown and changed over HTTP."""

import httpx

from tests.api.test_bad_input import problem


def test_settings_are_shown_and_changed(client: httpx.Client, workspace: str) -> None:
    path = f"/v1/workspaces/{workspace}/extraction"
    problem(client.get(path), 404)
    changed = client.patch(path, json={"entity_types": ["court"], "gleaning_rounds": 0})
    assert changed.status_code == 200
    shown = client.get(path).json()
    assert shown == changed.json()
    assert shown["changed"] == ["entity_types", "gleaning_rounds"]
    assert shown["options"] == {
        "entity_types": ["court"],
        "language": None,
        "examples": [],
        "gleaning_rounds": 0,
        "max_entities": 60,
        "max_relations": 60,
    }
    back = client.patch(path, json={"entity_types": None}).json()
    assert back["changed"] == ["gleaning_rounds"]
    assert "person" in back["options"]["entity_types"]


def test_what_cannot_be_set_is_told_in_a_sentence(client: httpx.Client, workspace: str) -> None:
    path = f"/v1/workspaces/{workspace}/extraction"
    found = problem(client.patch(path, json={"gleaning_rounds": 99}), 400)
    assert found["detail"].startswith("gleaning_rounds is 99; give a whole number from 0 to 5")
    problem(client.patch(path, json={"rounds": 1}), 400)
    problem(client.patch(path, json=[1]), 400)
    problem(client.get(path), 404)


def test_a_name_with_a_blank_is_a_name(client: httpx.Client, workspace: str) -> None:
    path = f"/v1/workspaces/{workspace}%20b/extraction"
    assert client.patch(path, json={"language": "German"}).status_code == 200
    names = [one["name"] for one in client.get("/v1/workspaces?limit=1000").json()["items"]]
    assert f"{workspace} b" in names
