"""Vector stores of the client of OpenAI are workspaces."""

from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI

from tests.api.dialects.conftest import QUESTION, TEXT, Stored

NOTES = {
    "a": {"year": 2022, "topic": "vacation", "draft": False},
    "b": {"year": 2023, "topic": "vacation", "draft": True, "a.b": 1},
    "c": {"year": 2024.5, "topic": "sick leave", "tag": "x"},
    "d": {},
}


@pytest.fixture(scope="module")
def notes(stored: Stored) -> tuple[OpenAI, str]:
    """A store with a file for each of NOTES."""
    client = stored.open()
    store = client.vector_stores.create(name="notes")
    files: Any = []
    for name, attributes in NOTES.items():
        data = f"{TEXT} Note {name}.".encode()
        made = client.files.create(file=(f"{name}.txt", data), purpose="assistants")
        files.append({"file_id": made.id, "attributes": attributes})
    batch = client.vector_stores.file_batches.create_and_poll(store.id, files=files)
    assert batch.file_counts.completed == len(NOTES)
    return client, store.id


def test_a_store_is_made_changed_and_deleted_with_its_workspace(stored: Stored) -> None:
    client = stored.open()
    made = client.vector_stores.create(
        name="Q1/Q2 reports", description="By quarter.", metadata={"team": "a"}
    )
    assert (made.id, made.name, made.status) == ("vs_Q1-Q2 reports", "Q1/Q2 reports", "completed")
    assert (made.metadata, made.file_counts.total) == ({"team": "a"}, 0)
    assert client.vector_stores.retrieve(made.id) == made
    changed = client.vector_stores.update(made.id, name="Reports", metadata={"team": "b"})
    assert (changed.id, changed.name, changed.metadata) == (made.id, "Reports", {"team": "b"})
    changed = client.vector_stores.update(made.id, name=None)
    assert (changed.name, changed.metadata) == ("Q1-Q2 reports", {"team": "b"})
    assert (
        "Q1-Q2 reports"
        in httpx.get(
            f"{stored.url}/v1/workspaces", headers={"authorization": f"Bearer {client.api_key}"}
        ).text
    )
    assert client.vector_stores.delete(made.id).deleted
    for ask in (client.vector_stores.retrieve, client.vector_stores.delete):
        with pytest.raises(openai.NotFoundError, match="no vector store"):
            ask(made.id)


def test_the_same_name_makes_another_store(stored: Stored) -> None:
    client = stored.open()
    stores = [client.vector_stores.create(name="twice") for _ in range(3)]
    assert [one.name for one in stores] == ["twice"] * 3
    assert len({one.id for one in stores}) == 3
    assert stores[0].id == "vs_twice"
    nameless = [client.vector_stores.create() for _ in range(2)]
    assert all(one.name.startswith("store ") for one in nameless)
    for name in (".", "..", "/", " ", "x" * 300, "Müller & Söhne?#%", "日本"):
        made = client.vector_stores.create(name=name)
        assert client.vector_stores.retrieve(made.id).id == made.id
        client.vector_stores.delete(made.id)


def test_stores_are_listed_by_pages(stored: Stored) -> None:
    client = stored.open()
    ids = [client.vector_stores.create(name=f"listed {place}").id for place in range(5)]
    for limit in (1, 2, 100):
        listed = [one.id for one in client.vector_stores.list(limit=limit)]
        assert [one for one in listed if one in ids] == ids[::-1]
    page = client.vector_stores.list(limit=2, order="asc", after=ids[1])
    assert ([one.id for one in page.data], page.has_more) == (ids[2:4], True)
    page = client.vector_stores.list(limit=2, order="asc", before=ids[3])
    assert [one.id for one in page.data] == ids[1:3]
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.list(after="vs_nowhere")


def test_every_workspace_is_a_store_and_its_documents_are_files(stored: Stored) -> None:
    client = stored.open("other admin")
    bearer = {"authorization": f"Bearer {client.api_key}"}
    told = {"id": "menu/friday", "text": "On Friday there is fish.", "metadata": {"a": [1], "b": 2}}
    url = f"{stored.url}/v1/documents"
    httpx.post(url, json=told, headers=bearer).raise_for_status()
    (store,) = client.vector_stores.list()
    assert (store.id, store.name) == ("vs_other", "other")
    (file,) = client.vector_stores.files.list(store.id)
    assert (file.status, file.attributes) == ("completed", {"b": 2})
    (found,) = client.vector_stores.search(store.id, query="What is there on Friday?")
    assert (found.file_id, found.filename) == (file.id, "menu/friday")
    client.vector_stores.files.delete(file.id, vector_store_id=store.id)
    assert httpx.get(url, headers=bearer).json()["items"] == []


def test_a_search_tells_score_text_and_attributes(notes: tuple[OpenAI, str]) -> None:
    client, store_id = notes
    page = client.vector_stores.search(store_id, query=QUESTION, max_num_results=3)
    scores = [one.score for one in page.data]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert 0 < min(scores) <= max(scores) <= 1
    assert {one.filename[0] for one in page} <= set(NOTES)
    for one in page:
        assert one.attributes == NOTES[one.filename[0]]
        assert [part.text for part in one.content] == [f"{TEXT} Note {one.filename[0]}."]


def test_a_threshold_and_several_queries(notes: tuple[OpenAI, str]) -> None:
    client, store_id = notes

    def search(query: Any, **more: Any) -> dict[str, float]:
        found = client.vector_stores.search(store_id, query=query, **more)
        return {one.filename: one.score for one in found}

    first, second = search("Note a"), search("Note c")
    both = search(["Note a", "Note c"])
    assert both == {name: max(first.get(name, 0), second.get(name, 0)) for name in both}
    assert set(both) == set(first) | set(second)
    least = sorted(first.values())[-1]
    ranking: Any = {"score_threshold": least, "ranker": "none"}
    assert set(search("Note a", ranking_options=ranking)) == {
        name for name, score in first.items() if score >= least
    }
    assert len(search(["Note a", "Note c"], max_num_results=1)) == 1
    assert search("Note a", rewrite_query=True) == first


def compare(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (compare("eq", "topic", "vacation"), "ab"),
        (compare("ne", "topic", "vacation"), "cd"),
        (compare("gt", "year", 2023), "c"),
        (compare("gte", "year", 2023), "bc"),
        (compare("lt", "year", 2024.5), "ab"),
        (compare("lte", "year", 2024.5), "abc"),
        (compare("in", "year", [2022, 2024.5]), "ac"),
        (compare("nin", "topic", ["vacation", "x"]), "cd"),
        (compare("eq", "draft", True), "b"),
        (compare("eq", "a.b", 1), "b"),
        (compare("eq", "year", "2023"), ""),
        (compare("in", "year", []), ""),
        (
            {
                "type": "or",
                "filters": [
                    compare("eq", "tag", "x"),
                    {
                        "type": "and",
                        "filters": [compare("lt", "year", 2023), compare("ne", "draft", True)],
                    },
                ],
            },
            "ac",
        ),
    ],
)
def test_filters_mean_what_they_say(
    notes: tuple[OpenAI, str], filters: dict[str, Any], wanted: str
) -> None:
    client, store_id = notes
    more: Any = {"filters": filters}
    found = client.vector_stores.search(store_id, query=TEXT, max_num_results=50, **more)
    assert "".join(sorted(one.filename[0] for one in found)) == wanted


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"query": []}, "send 1 to 10"),
        ({"query": ["x"] * 11}, "send 1 to 10"),
        ({"query": " "}, "question is empty"),
        ({"query": 7}, "query: Expected `str | array`"),
        ({}, "missing required field `query`"),
        ({"query": "x", "max_num_results": 0}, "use 1 to 50"),
        ({"query": "x", "max_num_results": 51}, "use 1 to 50"),
        ({"query": "x", "filters": {"type": "like"}}, 'type "like"; use one of eq'),
        ({"query": "x", "filters": {"key": "a"}}, 'type "None"'),
        ({"query": "x", "filters": compare("eq", "$and", 1)}, "no key"),
        ({"query": "x", "filters": {"type": "eq", "value": 1}}, "no key"),
        ({"query": "x", "filters": compare("eq", "a", None)}, "needs a text"),
        ({"query": "x", "filters": compare("eq", "a", [1])}, "needs a text"),
        ({"query": "x", "filters": compare("in", "a", 1)}, "needs a list"),
        ({"query": "x", "filters": compare("in", "a", [{}])}, "needs a list"),
        ({"query": "x", "filters": {"type": "and", "filters": []}}, "joins no filters"),
        ({"query": "x", "filters": {"type": "or", "filters": [7]}}, 'type "None"'),
        ({"query": "x", "filters": compare("eq", "a", "\x00")}, "NUL"),
        ({"query": "x", "ranking_options": {"score_threshold": "a"}}, "score_threshold"),
    ],
)
def test_a_search_that_cannot_be_is_refused(
    notes: tuple[OpenAI, str], asked: dict[str, Any], told: str
) -> None:
    client, store_id = notes
    with pytest.raises(openai.BadRequestError) as raised:
        client.post(f"/vector_stores/{store_id}/search", body=asked, cast_to=object)
    error: Any = raised.value.body
    assert told in error["message"]
    assert error["message"].endswith(".")


def test_filters_may_be_nested_but_not_without_end(notes: tuple[OpenAI, str]) -> None:
    client, store_id = notes

    def search(depth: int) -> list[Any]:
        filters: Any = compare("eq", "draft", True)
        for _ in range(depth - 1):
            filters = {"type": "and", "filters": [filters]}
        return client.vector_stores.search(store_id, query=TEXT, filters=filters).data

    assert len(search(20)) == 1
    with pytest.raises(openai.BadRequestError, match="nested"):
        search(21)


def test_an_empty_store_finds_nothing(stored: Stored) -> None:
    client = stored.open()
    store = client.vector_stores.create(name="empty")
    assert client.vector_stores.search(store.id, query=QUESTION).data == []
    assert list(client.vector_stores.files.list(store.id)) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"expires_after": {"anchor": "last_active_at", "days": 1}}, "do not expire"),
        ({"name": "a\x00b"}, "NUL"),
        ({"name": 7}, "name: Expected"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"chunking_strategy": {"type": "static"}}, "leave out chunking_strategy"),
        ({"file_ids": ["x"] * 2_001}, "2,000 at most"),
    ],
)
def test_a_store_that_cannot_be_is_refused(stored: Stored, more: dict[str, Any], told: str) -> None:
    client = stored.open()
    count = len(list(client.vector_stores.list()))
    with pytest.raises(openai.BadRequestError, match=told):
        client.vector_stores.create(**more)
    with pytest.raises(openai.NotFoundError, match="no file"):
        client.vector_stores.create(file_ids=["file-" + "0" * 32])
    assert len(list(client.vector_stores.list())) == count


def test_a_key_sees_its_own_store_alone(stored: Stored) -> None:
    acme = stored.open("acme admin")
    assert [one.id for one in acme.vector_stores.list()] == ["vs_acme"]
    calls: list[Any] = [
        acme.vector_stores.retrieve,
        acme.vector_stores.update,
        acme.vector_stores.delete,
        acme.vector_stores.files.list,
        lambda at: acme.vector_stores.search(at, query="x"),
        lambda at: acme.vector_stores.files.create(at, file_id="file-1"),
        lambda at: acme.vector_stores.files.retrieve("file-1", vector_store_id=at),
        lambda at: acme.vector_stores.file_batches.create(at, file_ids=["file-1"]),
        lambda at: acme.vector_stores.file_batches.retrieve("vsfb_1", vector_store_id=at),
        lambda at: acme.vector_stores.list(after=at),
    ]
    for call in calls:
        said = []
        for store_id in ("vs_other", "vs_nowhere"):
            with pytest.raises(openai.NotFoundError) as raised:
                call(store_id)
            said.append(str(raised.value).replace(store_id, ""))
        assert said[0] == said[1]
    with pytest.raises(openai.PermissionDeniedError, match="key of every workspace"):
        acme.vector_stores.create(name="mine")
    with pytest.raises(openai.PermissionDeniedError, match="role admin"):
        stored.open("every writer").vector_stores.create(name="mine")
    for change in (acme.with_options(api_key=stored.keys["acme writer"]).vector_stores,):
        with pytest.raises(openai.PermissionDeniedError, match="role admin"):
            change.delete("vs_acme")
    reader = stored.open("acme reader").vector_stores
    assert reader.retrieve("vs_acme").name == "acme"
    with pytest.raises(openai.PermissionDeniedError, match="role writer"):
        reader.files.create("vs_acme", file_id="file-1")


@pytest.mark.parametrize("store_id", ["acme", "vs_", "vs_%00", "VS_acme"])
def test_an_id_that_is_none_is_refused(stored: Stored, store_id: str) -> None:
    bearer = {"authorization": f"Bearer {stored.keys['every admin']}"}
    answer = httpx.get(f"{stored.url}/v1/vector_stores/{store_id}", headers=bearer)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"].endswith(".")
