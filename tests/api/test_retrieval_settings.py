"""How a workspace retrieves is shown and changed over HTTP."""

import httpx

from tests.api.test_bad_input import problem


def test_settings_are_shown_and_changed(client: httpx.Client, workspace: str) -> None:
    path = f"/v1/workspaces/{workspace}/retrieval"
    problem(client.get(path), 404)
    changed = client.patch(path, json={"select": True})
    assert changed.status_code == 200
    assert changed.json() == {"options": {"select": True}, "changed": ["select"]}
    assert client.get(path).json() == changed.json()
    back = client.patch(path, json={"select": None}).json()
    assert back == {"options": {"select": False}, "changed": []}


def test_what_cannot_be_set_is_told_in_a_sentence(client: httpx.Client, workspace: str) -> None:
    path = f"/v1/workspaces/{workspace}/retrieval"
    found = problem(client.patch(path, json={"select": "yes"}), 400)
    assert found["detail"] == "select is 'yes'; give true or false, or null for the default."
    problem(client.patch(path, json={"gleaning_rounds": 1}), 400)
    problem(client.patch(path, json=[1]), 400)
    problem(client.get(path), 404)


def test_a_question_of_a_workspace_that_selects_notes_that_no_model_is_there(
    client: httpx.Client, workspace: str
) -> None:
    client.post("/v1/documents", json={"id": "lamp", "text": "The lamp was lit."})
    client.patch(f"/v1/workspaces/{workspace}/retrieval", json={"select": True})
    asked = {"question": "Was the lamp lit?", "only_need_context": True}
    (note,) = client.post("/v1/query", json=asked).json()["notes"]
    assert "since there is no chat model" in note
    assert "notes" not in client.post("/v1/query", json=asked | {"select": False}).json()
