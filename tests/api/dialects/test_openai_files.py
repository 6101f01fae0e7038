"""Files are handed in, listed, read and deleted by the client of OpenAI."""

import itertools
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI

from tests.api.conftest import MAX_FILE_BYTES
from tests.api.dialects.conftest import TEXT, Stored


@pytest.fixture
def here(server: str, workspace: str) -> OpenAI:
    """A client of a new workspace by its address, where no worker is."""
    at = f"{server}/v1/workspaces/{workspace}"
    return OpenAI(base_url=at, api_key="none", max_retries=0)


def put(client: OpenAI, name: str = "handbook.txt", data: bytes = TEXT.encode()) -> str:
    return client.files.create(file=(name, data), purpose="assistants").id


def test_a_file_is_kept_as_it_is_until_it_is_deleted(here: OpenAI) -> None:
    made = here.files.create(file=("handbook.txt", TEXT.encode()), purpose="user_data")
    assert (made.filename, made.bytes, made.purpose) == ("handbook.txt", len(TEXT), "user_data")
    assert here.files.retrieve(made.id) == made
    assert here.files.content(made.id).read() == TEXT.encode()
    assert list(here.files.list()) == [made]
    assert here.files.wait_for_processing(made.id).status == "processed"
    gone = here.files.delete(made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    for ask in (here.files.retrieve, here.files.content, here.files.delete):
        with pytest.raises(openai.NotFoundError, match="There is no file"):
            ask(made.id)
    assert list(here.files.list()) == []


def test_files_of_the_same_bytes_and_name_are_two_and_go_one_by_one(here: OpenAI) -> None:
    first, second = put(here), put(here)
    assert first != second
    here.files.delete(first)
    assert here.files.content(second).read() == TEXT.encode()


def test_bytes_are_there_once_for_a_document_and_a_file(here: OpenAI) -> None:
    file_id = put(here)
    url = f"{here.base_url}documents"
    document = httpx.post(url, files={"files": ("handbook.txt", TEXT.encode())}).json()
    document_id = document["results"][0]["document_id"]
    here.files.delete(file_id)
    assert here.files.content(f"file-{document_id}").read() == TEXT.encode()
    file_id = put(here)
    httpx.delete(f"{url}/{document_id}").raise_for_status()
    assert here.files.content(file_id).read() == TEXT.encode()


def test_documents_of_other_doors_are_files_too(here: OpenAI) -> None:
    url, file_id = f"{here.base_url}documents", put(here)
    made = httpx.post(url, json={"id": "menu/friday", "text": "Fish."}).json()["results"][0]
    listed = list(here.files.list())
    assert [one.filename for one in listed] == ["menu/friday", "handbook.txt"]
    menu = here.files.retrieve(f"file-{made['document_id']}")
    assert menu == listed[0]
    assert here.files.content(menu.id).read() == b"Fish."
    here.files.delete(menu.id)
    assert httpx.get(f"{url}/{made['document_id']}").status_code == 404
    assert [one.id for one in here.files.list()] == [file_id]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_follow_each_other_both_ways(here: OpenAI, limit: int) -> None:
    ids = [put(here, f"{place}.txt") for place in range(7)]
    assert [one.id for one in here.files.list(limit=limit, order="asc")] == ids
    assert [one.id for one in here.files.list(limit=limit)] == ids[::-1]
    page = here.files.list(limit=limit, order="asc", after=ids[2])
    assert [one.id for one in page.data] == ids[3 : 3 + limit]
    assert page.has_more == (3 + limit < 7)
    before: Any = {"before": ids[4]}
    page = here.files.list(limit=limit, order="asc", extra_query=before)
    assert [one.id for one in page.data] == ids[max(0, 4 - limit) : 4]
    here.files.create(file=("x", b"x"), purpose="user_data")
    assert len(list(here.files.list(purpose="user_data", limit=limit))) == 1
    assert here.files.list(after=ids[0]).data == [], "the first is the last"
    with pytest.raises(openai.NotFoundError, match="no file"):
        here.files.list(after="file-1")
    with pytest.raises(openai.BadRequestError, match="one of after and before"):
        here.files.list(after=ids[0], extra_query=before)


@pytest.mark.parametrize("name", ["a/b\\c.txt", "…/été 1.txt", " ", "x" * 600 + ".txt", '"%00".md'])
def test_any_name_is_kept_as_that_of_a_file(here: OpenAI, name: str) -> None:
    made = here.files.retrieve(put(here, name))
    assert made.filename.strip()
    assert "/" not in made.filename
    assert "\\" not in made.filename
    assert len(made.filename) <= 500


def test_an_empty_file_is_kept(here: OpenAI) -> None:
    assert here.files.content(put(here, data=b"")).read() == b""


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"data": {"purpose": "assistants"}}, 400, "holds no file"),
        ({"files": {"file": ("a", b"x")}}, 400, 'purpose of the file is "missing"'),
        (
            {"files": {"file": ("a", b"x")}, "data": {"purpose": "fine-tune"}},
            400,
            "use assistants or user_data",
        ),
        (
            {
                "files": {"file": ("a", b"x")},
                "data": {"purpose": "assistants", "expires_after[anchor]": "created_at"},
            },
            400,
            "do not expire",
        ),
        (
            {
                "files": [("file", ("a", b"x")), ("file", ("b", b"y"))],
                "data": {"purpose": "assistants"},
            },
            400,
            "holds no file",
        ),
        ({"files": {"file": ("a", b"x" * (MAX_FILE_BYTES + 2**17))}}, 413, "too large"),
        ({"json": {"purpose": "assistants"}}, 400, "holds no file"),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data"}}, 400, "form"),
    ],
)
def test_what_is_no_file_is_refused_in_one_sentence(
    here: OpenAI, form: dict[str, Any], status: int, told: str
) -> None:
    answer = httpx.post(f"{here.base_url}files", **form)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (status, "invalid_request_error")
    assert told in error["message"]
    assert error["message"].endswith(".")


def test_a_key_sees_the_files_of_its_workspace_alone(stored: Stored) -> None:
    acme, other = stored.open("acme writer"), stored.open("other admin")
    ids = [put(acme), put(stored.open("every writer", "/v1/workspaces/acme"))]
    theirs = put(other)
    assert set(ids) <= {one.id for one in acme.files.list()}
    assert {one.id for one in other.files.list()} & set(ids) == set()
    for file_id in ids:
        for ask in (other.files.retrieve, other.files.content, other.files.delete):
            with pytest.raises(openai.NotFoundError) as there:
                ask(file_id)
            with pytest.raises(openai.NotFoundError) as nowhere:
                ask("file-" + "0" * 32)
            assert str(there.value).replace(file_id, "") == str(nowhere.value).replace(
                "file-" + "0" * 32, ""
            )
    with pytest.raises(openai.NotFoundError):
        acme.files.retrieve(theirs)
    assert acme.files.retrieve(ids[1]).id == ids[1]
    reader = stored.open("acme reader")
    assert reader.files.content(ids[0]).read() == TEXT.encode()
    for refused in (lambda: put(reader), lambda: reader.files.delete(ids[0])):
        with pytest.raises(openai.PermissionDeniedError, match="role writer"):
            refused()


@pytest.mark.parametrize(
    "file_id", ["file-", "file-0", "file-99999999999999999999", "%00", "x", "file-" + "g" * 32]
)
def test_an_id_that_is_none_is_not_found(here: OpenAI, file_id: str) -> None:
    put(here)
    for verb, path in itertools.product(("GET", "DELETE"), ("", "/content")):
        if (verb, path) != ("DELETE", "/content"):
            answer = httpx.request(verb, f"{here.base_url}files/{file_id}{path}")
            assert answer.status_code in (400, 404), answer.text
            assert answer.json()["error"]["message"].endswith(".")
