"""A request that comes again with its Idempotency-Key is answered as the first time, and done once,
by any server of a database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from sqlrag.client import Client
from sqlrag.domain.errors import KeyReused
from tests.api.test_bad_input import problem
from tests.api.twins import LAMP, Twins, name, twins

__all__ = ["twins"]

REQUESTS = [
    ("documents", {"text": "A text without a key of its own."}, 201),
    ("documents/custom-chunks", {"full_text": "A. B.", "text_chunks": ["A.", "B."]}, 201),
    ("query", {"question": "When was the lamp lit?"}, 200),
    ("query", {"question": "When was the lamp lit?", "background": True}, 202),
    ("query/data", {"question": "When was the lamp lit?"}, 200),
    ("graph/entities", {"name": "Ada Quist", "type": "person"}, 201),
    ("jobs/retry", {}, 200),
    ("workspaces", {"name": "the kitchen"}, 201),
    ("graph/entities/rename", {"name": "Nobody", "new_name": "Somebody"}, 404),
    ("query", {"question": "When?", "mode": "nive"}, 400),
]


@pytest.mark.parametrize(("path", "body", "status"), REQUESTS)
def test_the_first_answer_is_given_again_by_any_server(
    twins: Twins, path: str, body: Any, status: int
) -> None:
    once = name()
    first = twins.post(path, body, once)
    assert (first.status_code, "idempotent-replayed" in first.headers) == (status, False)
    for at in (0, 1):
        again = twins.post(path, body, once, at=at)
        assert (again.status_code, again.content) == (status, first.content)
        assert again.headers["idempotent-replayed"] == "true"
        for header in ("content-type", "location"):
            assert again.headers.get(header) == first.headers.get(header)
        assert again.headers["x-request-id"] != first.headers["x-request-id"]


def test_with_another_body_or_elsewhere_the_key_is_refused(twins: Twins) -> None:
    once = name()
    assert twins.post("documents", LAMP, once).is_success
    for path, body in (("documents", {**LAMP, "text": "Other."}), ("query", {"question": "?"})):
        refused = twins.post(path, body, once, at=1)
        assert problem(refused, 422)["type"] == "urn:sqlrag:error:key-reused"
    assert problem(twins.post("documents?after=1", LAMP, once), 422)


def test_a_form_is_the_same_whatever_divides_its_parts(twins: Twins) -> None:
    once, url = name(), f"{twins.urls[0]}/v1/documents"
    said = {"authorization": f"Bearer {twins.key}", "idempotency-key": once}
    large = b"The lamp was lit. " * 10_000  # which comes in pieces

    def send(content: bytes, tag: str) -> httpx.Response:
        form: Any = {"files": {"files": ("a.txt", content)}, "data": {"tags": tag}}
        return httpx.post(url, headers=said, timeout=60, **form)

    first, again = send(large, "x"), send(large, "x")
    assert first.status_code in (201, 202)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert problem(send(large[:-1] + b"z", "x"), 422)
    assert problem(send(large, "y"), 422)


def test_keys_of_others_and_other_workspaces_know_nothing_of_it(twins: Twins) -> None:
    once = name()
    assert twins.post("documents", LAMP, once).is_success
    by_other = twins.post("documents", {**LAMP, "id": "b"}, once, key=twins.other)
    elsewhere = twins.post("workspaces/other/documents", {**LAMP, "id": "c"}, once)
    for answer in (by_other, elsewhere):
        assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)


def test_of_many_at_once_one_is_done(twins: Twins) -> None:
    once, text = name(), f"Unique {uuid4()}"
    with ThreadPoolExecutor(12) as many:
        asked = [
            many.submit(twins.post, "workspaces", {"name": text}, once, at=n % 2) for n in range(24)
        ]
    answers = [one.result() for one in asked]
    found = Counter(one.status_code for one in answers)
    assert set(found) <= {201, 409}, found
    assert len({one.content for one in answers if one.status_code == 201}) == 1
    assert sum("idempotent-replayed" not in one.headers for one in answers) == 1 + found[409]
    assert all(one.headers["retry-after"] == "1" for one in answers if one.status_code == 409)
    assert twins.post("workspaces", {"name": text}, once).status_code == 201


def test_a_key_is_made_once_and_its_secret_kept_nowhere(twins: Twins) -> None:
    once, asked = name(), {"role": "reader", "name": "of a repeat"}
    made = twins.post("keys", asked, once).json()
    refused = twins.post("keys", asked, once, at=1)
    assert "held a secret" in problem(refused, 409)["detail"]
    count = "SELECT count(*) FROM sqlrag.keys WHERE name = 'of a repeat'"
    assert twins.fetch(count) == 1
    rows = twins.fetch("SELECT string_agg(r::text, ' ') FROM sqlrag.replies AS r")
    assert made["secret"] not in rows
    assert made["prefix"] not in rows
    again, rotating = name(), f"keys/{made['prefix']}/rotate"
    assert twins.post(rotating, {}, again).status_code == 201
    assert problem(twins.post(rotating, {}, again), 409)
    assert twins.fetch(count) == 2


def test_streams_and_clients_of_others_are_answered_anew(twins: Twins) -> None:
    once = name()
    before = twins.fetch("SELECT count(*) FROM sqlrag.replies")
    for path, body in (
        ("query/stream", {"question": "When was the lamp lit?"}),
        ("rerank", {"query": "x", "documents": ["y"]}),
        ("erase", {"words": ["Zyxqorblat"], "dry_run": True}),
    ):
        for _ in range(2):
            answer = twins.post(path, body, once)
            assert (answer.status_code, "idempotent-replayed" in answer.headers) == (200, False)
    assert twins.fetch("SELECT count(*) FROM sqlrag.replies") == before


@pytest.mark.parametrize("key", ["", '""', '"', "a b", "é", "x" * 256, '"a"b"'])
def test_a_key_that_is_none_is_refused(twins: Twins, key: str) -> None:
    said: Any = {"authorization": f"Bearer {twins.key}".encode(), "idempotency-key": key.encode()}
    answer = httpx.post(f"{twins.urls[0]}/v1/documents", json=LAMP, headers=said)
    assert "Idempotency-Key" in problem(answer, 400)["detail"]


def test_quotation_marks_make_no_other_key(twins: Twins) -> None:
    once = name()
    assert twins.post("documents", LAMP, once).is_success
    bare = twins.post("documents", LAMP, once.strip('"'))
    assert bare.headers["idempotent-replayed"] == "true"


def test_the_client_says_what_is_to_be_done_once(twins: Twins) -> None:
    with Client(twins.urls[0], twins.key) as client:
        once = client.once(str(uuid4()))
        first = once.insert("A lamp.", "client")
        assert once.insert("A lamp.", "client") == first, "added, both times"
        with pytest.raises(KeyReused):
            once.insert("Another lamp.", "client")
        assert client.insert("A lamp.", "client").results[0].outcome == "unchanged"
