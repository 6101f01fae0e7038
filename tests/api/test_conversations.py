"""Conversations over HTTP: whose they are, with real keys, and every way to ask in one."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sqlrag.app import Rag
from sqlrag.client import AsyncClient, Client
from sqlrag.domain.errors import NotFound
from sqlrag.domain.retrieval import QueryParam
from sqlrag.settings import Settings
from tests.api.events import read_events
from tests.api.serving import serve
from tests.conftest import HASHING, make_database
from tests.stub_openai import CHAT, Messages, StubOpenAI

LAMP = "Ada Quist kept the lamp of Grey Harbour. Bent Quist was her brother."
ASKED = {"question": "Who kept the lamp?", "mode": "naive"}
FOLLOWS = {"question": "And her brother?", "mode": "naive"}


@dataclass(frozen=True)
class Talking:
    url: str
    model: StubOpenAI
    keys: dict[str, str]

    def ask(self, key: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.keys[key]}"}
        return httpx.request(method, f"{self.url}/v1/{path}", headers=headers, timeout=60, **more)

    def begin(self, key: str = "alice", **told: Any) -> int:
        made = self.ask(key, "POST", "conversations", json=told)
        assert made.status_code == 201, made.text
        return int(made.json()["conversation_id"])

    def read(self, number: int, key: str = "alice") -> dict[str, Any]:
        found = self.ask(key, "GET", f"conversations/{number}")
        assert found.status_code == 200, found.text
        return dict(found.json())


def reply(messages: Messages) -> str:
    """As a model would that reads what was said before."""
    if "search engine" in messages[0]["content"]:
        told = json.loads(messages[-1]["content"])
        follows = "brother" in told["question"] and "Quist" in json.dumps(told["conversation"])
        stands = "Who is the brother of Ada Quist?" if follows else ""
        return json.dumps({"question": stands, "names": ["Ada Quist"], "themes": []})
    said = " ".join(one["content"] for one in messages[1:])
    if "brother" in said:
        return "Bent Quist was her brother [1]." if "Ada Quist kept" in said else "Whose brother?"
    return "Ada Quist kept the lamp [1]."


@pytest.fixture(scope="module")
def talking(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Talking]:
    database = make_database(server_url, template)

    async def fill() -> dict[str, str]:
        async with Rag.open(database, settings=Settings(_env_file=None, **HASHING)) as rag:
            acme = rag.in_workspace("acme")
            await acme.insert(LAMP, "lamp")
            await rag.in_workspace("other").insert(LAMP, "lamp")
            made = {
                "alice": await acme.create_key("reader", principals=["alice"]),
                "bert": await acme.create_key("reader"),
                "writer": await acme.create_key("writer"),
                "admin": await acme.create_key("admin"),
                "other": await rag.in_workspace("other").create_key("admin"),
            }
            return {name: key.secret for name, key in made.items()}

    keys = asyncio.run(fill())
    with StubOpenAI(reply=reply) as stub:
        settings = {
            "DATABASE_URL": database,
            "OPENAI_BASE_URL": stub.base_url,
            "SQLRAG_EMBEDDING_MODEL": HASHING["embedding_model"],
            "SQLRAG_MODEL_RETRIES": "0",
            "SQLRAG_ANSWER_CACHE": "0",
        }
        folder = tmp_path_factory.mktemp("talking")
        with serve("sqlrag with a worker", folder, **settings) as url:
            yield Talking(url, stub, keys)


def test_a_question_goes_on_with_what_was_said(talking: Talking) -> None:
    number = talking.begin()
    first = talking.ask("alice", "POST", "query", json={**ASKED, "conversation_id": number}).json()
    assert (first["answer"], first["turn"]) == ("Ada Quist kept the lamp [1].", 1)
    then = talking.ask("alice", "POST", "query", json={**FOLLOWS, "conversation_id": number}).json()
    assert (then["answer"], then["turn"]) == ("Bent Quist was her brother [1].", 2)
    assert then["searched"] == "Who is the brother of Ada Quist?"
    alone = talking.ask("alice", "POST", "query", json=FOLLOWS).json()
    assert alone["answer"] == "Whose brother?"
    assert "turn" not in alone
    found = talking.read(number)
    assert [one["question"] for one in found["turns"]] == [ASKED["question"], FOLLOWS["question"]]
    assert found["turns"][1]["searched"] == then["searched"]
    (cited,) = found["turns"][1]["citations"]
    assert (cited["quote"], cited["source"]) == ("Bent Quist was her brother.", "there")
    assert found["turns"][1]["prompt_tokens"] == then["prompt_tokens"] > 0
    assert found["turns"][0]["chunks"][0].keys() == {"chunk_id", "document_id", "score"}


def test_a_stream_is_a_turn_when_its_end_is_told(talking: Talking) -> None:
    number = talking.begin()
    asked = {**ASKED, "conversation_id": number}
    at = f"{talking.url}/v1/query/stream"
    headers = {"authorization": f"Bearer {talking.keys['alice']}"}
    talking.model.behave(CHAT, "error_event", times=1)
    with httpx.stream("POST", at, json=asked, headers=headers, timeout=60) as answer:
        name, told = list(read_events(answer))[-1]
    assert name == "error"
    talking.model.behave(CHAT, "endless", times=1)
    with httpx.stream("POST", at, json=asked, headers=headers, timeout=60) as answer:
        events = read_events(answer)
        assert [next(events)[0] for _ in range(2)] == ["context", "token"]
    assert talking.model.wait_for_disconnect()
    assert talking.read(number)["turn_count"] == 0, "what is not told to its end is no turn"
    with httpx.stream("POST", at, json=asked, headers=headers, timeout=60) as answer:
        name, told = list(read_events(answer))[-1]
    assert (name, told["turn"]) == ("done", 1)
    assert talking.read(number)["turn_count"] == 1


def test_a_question_in_the_background_is_a_turn(talking: Talking) -> None:
    number = talking.begin()
    asked = {**ASKED, "conversation_id": number, "background": True}
    job = talking.ask("alice", "POST", "query", json=asked)
    assert job.status_code == 202
    events = f"events?job_id={job.json()['job_id']}"
    told = talking.ask("bert", "GET", events).text
    done = talking.ask("bert", "GET", f"jobs/{job.json()['job_id']}").json()
    assert done["result"] == {"conversation_id": number, "turn": 1}
    assert "lamp" not in told + json.dumps(done), "jobs are shown to all who may look"
    assert talking.read(number)["turns"][0]["answer"] == "Ada Quist kept the lamp [1]."


def test_another_s_is_answered_like_one_that_is_not_there(talking: Talking) -> None:
    number = talking.begin(title="Of Alice")
    doors: list[tuple[str, str, Any]] = [
        ("GET", "conversations/{}", None),
        ("GET", "conversations/{}/export?format=markdown", None),
        ("PATCH", "conversations/{}", {"title": "Mine"}),
        ("DELETE", "conversations/{}", None),
        ("POST", "query", {**ASKED, "conversation_id": "{}"}),
        ("POST", "query/data", {**ASKED, "conversation_id": "{}"}),
        ("POST", "query/stream", {**ASKED, "conversation_id": "{}"}),
        ("POST", "query", {**ASKED, "conversation_id": "{}", "background": True}),
    ]
    for key in ("bert", "writer", "other"):
        for method, path, body in doors:
            told = []
            for one in (number, 999_999):
                given = {"json": {**body, "conversation_id": one}} if body else {}
                if path.startswith("conversations") and body:
                    given = {"json": body}
                answer = talking.ask(key, method, path.format(one), **given)
                assert answer.status_code == 404, (key, path, answer.text)
                told.append(answer.json()["detail"].replace(str(one), "N"))
            assert told[0] == told[1]
        assert talking.ask(key, "GET", "conversations").json()["items"] == []
    seen = talking.ask("admin", "GET", "conversations").json()["items"]
    assert "Of Alice" in {one["title"] for one in seen}
    assert talking.read(number, "admin")["owner"] == talking.keys["alice"][7:17]
    answer = talking.ask("admin", "POST", "query", json={**ASKED, "conversation_id": number})
    assert answer.status_code == 403
    assert talking.ask("admin", "DELETE", f"conversations/{number}").status_code == 204
    assert talking.ask("alice", "GET", f"conversations/{number}").status_code == 404


def test_history_is_given_or_kept_and_not_both(talking: Talking) -> None:
    turns = [{"role": "user", "content": "Who?"}]
    asked = {**ASKED, "conversation_id": talking.begin(), "conversation_history": turns}
    answer = talking.ask("alice", "POST", "query", json=asked)
    assert answer.status_code == 400
    assert "conversation_id and with conversation_history; give one" in answer.json()["detail"]
    for wrong in ("1", 0, 2**60, 1.5):
        answer = talking.ask("alice", "POST", "query", json={**ASKED, "conversation_id": wrong})
        assert answer.status_code == 400


def test_a_conversation_is_a_file_of_two_forms(talking: Talking) -> None:
    number = talking.begin(metadata={"for": "nobody"})
    talking.ask("alice", "POST", "query", json={**ASKED, "conversation_id": number})
    at = f"conversations/{number}/export"
    whole = talking.ask("alice", "GET", at)
    assert whole.headers["content-type"] == "application/json"
    assert whole.json() == talking.read(number)
    written = talking.ask("alice", "GET", f"{at}?format=markdown")
    assert written.headers["content-type"] == "text/markdown; charset=utf-8"
    assert written.headers["content-disposition"].endswith(f'conversation-{number}.md"')
    assert "> Who kept the lamp?" in written.text
    assert "- [1] lamp (characters 0–40 of lamp): “Ada Quist kept the lamp" in written.text
    assert talking.ask("alice", "GET", f"{at}?format=pdf").status_code == 400


def test_pages_are_of_one_s_own(talking: Talking) -> None:
    made = [talking.begin("bert") for _ in range(3)]
    talking.begin("alice")
    first = talking.ask("bert", "GET", "conversations?limit=2").json()
    rest = talking.ask("bert", "GET", f"conversations?limit=2&before={first['next']}").json()
    listed = [one["conversation_id"] for one in (*first["items"], *rest["items"])]
    assert listed == made[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize("kind", [Client, AsyncClient])
async def test_the_client_talks(talking: Talking, kind: Any) -> None:
    async def done(given: Any) -> Any:
        return await given if asyncio.iscoroutine(given) else given

    client = kind(talking.url, talking.keys["bert"])
    made = await done(client.create_conversation("Талк", {"a": 1}))
    param = QueryParam("naive", conversation_id=made.conversation_id)
    assert (await done(client.query("Who kept the lamp?", param))).turn == 1
    assert (await done(client.query("And her brother?", param))).answer.startswith("Bent")
    renamed = await done(client.change_conversation(made.conversation_id, title="Talk"))
    assert (renamed.title, renamed.metadata) == ("Talk", {"a": 1})
    found = await done(client.get_conversation(made.conversation_id))
    assert [one.turn for one in found.turns] == [1, 2]
    assert found.turns[1].citations[0].source == "there"
    assert "> And her brother?" in await done(client.export_conversation(made.conversation_id))
    written = await done(client.export_conversation(made.conversation_id, "json"))
    assert json.loads(written)["turn_count"] == 2
    listed = await done(client.list_conversations(limit=1))
    assert listed[0].conversation_id == made.conversation_id
    assert await done(client.delete_conversation(made.conversation_id)) is None
    for gone in (client.get_conversation, client.export_conversation):
        with pytest.raises(NotFound):
            await done(gone(made.conversation_id))
    await done(client.close())


def test_two_who_ask_at_once_lose_nothing(talking: Talking) -> None:
    number = talking.begin()
    talking.model.set(latency=0.3)

    async def ask_all() -> list[int]:
        headers = {"authorization": f"Bearer {talking.keys['alice']}"}
        async with httpx.AsyncClient(headers=headers, timeout=60) as client:
            asked = [
                {**ASKED, "question": f"Lamp {n}?", "conversation_id": number} for n in range(6)
            ]
            at = f"{talking.url}/v1/query"
            answers = await asyncio.gather(*(client.post(at, json=one) for one in asked))
            return [one.json()["turn"] for one in answers]

    turns = asyncio.run(ask_all())
    talking.model.set(latency=0.0)
    assert sorted(turns) == list(range(1, 7))
    kept = talking.read(number)["turns"]
    by_question = {one["question"]: one["turn"] for one in kept}
    assert by_question == {f"Lamp {n}?": turn for n, turn in enumerate(turns)}


def test_a_title_is_any_text(talking: Talking) -> None:
    number = talking.begin(title='../<b>灯</b> "x" \n# y')
    written = talking.ask("alice", "GET", f"conversations/{number}/export?format=markdown").text
    assert written.splitlines()[0] == '# ../\\<b\\>灯\\</b\\> "x" # y'
