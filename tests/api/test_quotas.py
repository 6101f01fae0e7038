"""How much a key may ask for in a minute: at all servers together, and at the doors of others."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from openai import OpenAI, RateLimitError

from sqlrag.app import Rag
from sqlrag.client import Client
from sqlrag.domain.errors import TooManyRequests
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.api.test_bad_input import problem
from tests.conftest import make_database, run_sql

ASKED = {"question": "When was the lamp lit?"}
BY_SERVER = 3  # writes in a minute of keys that have no limit of their own
LEFT = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


@dataclass(frozen=True)
class Limited:
    urls: list[str]
    database: str

    def make_key(self, **limits: Any) -> dict[str, str]:
        async def make() -> str:
            async with Rag.open(self.database, settings=Settings(_env_file=None)) as rag:
                return (await rag.create_key("writer", **limits)).secret

        return {"authorization": f"Bearer {asyncio.run(make())}"}

    def flow_back(self) -> None:
        """As if a minute had gone by."""
        run_sql(self.database, "UPDATE sqlrag.key_limits SET full_at = full_at - interval '1 min'")


@pytest.fixture(scope="module")
def limited(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Limited]:
    """Two servers on one database."""
    database = make_database(server_url, template)
    settings = {"DATABASE_URL": database, "SQLRAG_MODELS": "offline"}
    settings |= {"SQLRAG_KEY_WRITES_PER_MINUTE": str(BY_SERVER)}

    async def fill() -> None:
        async with Rag.open(database, settings=Settings(_env_file=None)) as rag:
            await rag.insert("The lamp was lit on 3 May 1874.", "lamp")

    asyncio.run(fill())
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("limited")
        urls = [stack.enter_context(serve("granian", folder, **settings)) for _ in range(2)]
        yield Limited(urls, database)


def left(answer: httpx.Response) -> dict[str, int]:
    return {name: int(rest) for name, rest, _ in LEFT.findall(answer.headers["ratelimit"])}


def test_a_key_is_told_what_is_left_and_when_to_come_again(limited: Limited) -> None:
    key = limited.make_key(per_minute=3)
    for rest in (2, 1, 0):
        answer = httpx.get(f"{limited.urls[0]}/v1/documents", headers=key)
        assert answer.headers["ratelimit-policy"] == '"requests";q=3;w=60'
        assert (answer.status_code, left(answer)) == (200, {"requests": rest})
    refused = httpx.get(f"{limited.urls[0]}/v1/documents", headers=key)
    assert problem(refused, 429)["type"] == "urn:sqlrag:error:too-many-requests"
    assert 18 <= int(refused.headers["retry-after"]) <= 20, "a third of a minute"
    limited.flow_back()
    assert httpx.get(f"{limited.urls[0]}/v1/documents", headers=key).status_code == 200


def test_two_servers_count_together_and_exactly(limited: Limited) -> None:
    key, most = limited.make_key(per_minute=20), 20
    with ThreadPoolExecutor(12) as many:
        asked = [
            many.submit(httpx.get, f"{limited.urls[n % 2]}/v1/documents", headers=key, timeout=60)
            for n in range(60)
        ]
    found = Counter(one.result().status_code for one in asked)
    # What flows in while they come is a request every three seconds.
    assert most <= found[200] <= most + 4, found
    assert found[200] + found[429] == 60


def test_questions_and_changes_are_told_apart(limited: Limited) -> None:
    url, key = limited.urls[0], limited.make_key(per_minute=50, questions_per_minute=2)
    for rest in (1, 0):
        asked = httpx.post(f"{url}/v1/query", json=ASKED, headers=key, timeout=60)
        assert (asked.status_code, left(asked)["questions"]) == (200, rest)
    refused = httpx.post(f"{url}/v1/query", json=ASKED, headers=key, timeout=60)
    assert "questions, 2 in a minute" in problem(refused, 429)["detail"]
    assert left(refused)["requests"] >= 48, "what is refused for one thing is not taken of another"
    assert httpx.get(f"{url}/v1/documents", headers=key).status_code == 200
    for n in range(BY_SERVER):
        added = httpx.post(
            f"{url}/v1/documents", json={"text": f"Lamp {n}."}, headers=key, timeout=60
        )
        assert added.status_code == 201
    refused = httpx.post(f"{url}/v1/documents", json={"text": "Too many."}, headers=key, timeout=60)
    assert "SQLRAG_KEY_WRITES_PER_MINUTE" in problem(refused, 429)["detail"]


def test_a_key_without_limits_is_told_nothing(limited: Limited) -> None:
    answer = httpx.get(f"{limited.urls[0]}/v1/documents", headers=limited.make_key())
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("ratelimit")]


def test_the_limits_of_a_key_go_on_with_the_key_that_takes_its_place(limited: Limited) -> None:
    async def rotate() -> tuple[Any, Any]:
        async with Rag.open(limited.database, settings=Settings(_env_file=None)) as rag:
            made = await rag.create_key("reader", per_minute=7, writes_per_minute=2)
            return made, await rag.rotate_key(made.prefix)

    made, other = asyncio.run(rotate())
    for one in (made, other):
        limits = one.per_minute, one.questions_per_minute, one.writes_per_minute
        assert limits == (7, None, 2)
    key = {"authorization": f"Bearer {other.secret}"}
    assert left(httpx.get(f"{limited.urls[0]}/v1/documents", headers=key)) == {"requests": 6}


DIALECTS = [
    ("/v1/chat/completions", {"messages": [{"role": "user", "content": "?"}]}, "error"),
    ("/api/generate", {"prompt": "?"}, "error"),
    ("/dify/retrieval", {"query": "?", "knowledge_id": "default"}, "error_msg"),
    ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, "error"),
    ("/lightrag/query", {"query": "What is lit?"}, "detail"),
]


@pytest.mark.parametrize(("path", "body", "told"), DIALECTS)
def test_clients_of_others_are_refused_in_their_words(
    limited: Limited, path: str, body: dict[str, Any], told: str
) -> None:
    key = limited.make_key(questions_per_minute=1)
    body = {"model": "sqlrag/mix", "stream": False, **body}
    if path == "/dify/retrieval":
        body["retrieval_setting"] = {"top_k": 1, "score_threshold": 0.0}
    if path in ("/mcp", "/dify/retrieval", "/lightrag/query"):
        del body["model"], body["stream"]
    first, second = (
        httpx.post(f"{limited.urls[0]}{path}", json=body, headers=key, timeout=60) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (200, 429), (first.text, second.text)
    assert "questions, 1 in a minute" in str(second.json()[told])
    assert int(second.headers["retry-after"]) > 0


def test_clients_hear_of_it_as_of_an_error_of_their_own(limited: Limited) -> None:
    key = limited.make_key(questions_per_minute=1)
    secret = key["authorization"].removeprefix("Bearer ")
    with Client(limited.urls[0], secret) as client:
        client.query("When was the lamp lit?")
        with pytest.raises(TooManyRequests) as refused:
            client.query("When was the lamp lit?")
    assert 50 < refused.value.wait <= 60
    asking = OpenAI(base_url=f"{limited.urls[0]}/v1", api_key=secret, max_retries=0)
    with pytest.raises(RateLimitError):
        asking.chat.completions.create(
            model="sqlrag/mix", messages=[{"role": "user", "content": "?"}]
        )
