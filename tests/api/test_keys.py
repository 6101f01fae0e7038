"""Who may do what: every operation with every kind of key, told here once more and by hand."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, get
from litestar.datastructures import State

from sqlrag.app import Rag
from sqlrag.domain.errors import Unauthorized
from sqlrag.doors.http.admission import Admission
from sqlrag.doors.http.application import create_app
from sqlrag.doors.http.errors import answer_error
from sqlrag.doors.http.parameters import read_parameters
from sqlrag.settings import ServerSettings, Settings
from tests.api.serving import serve
from tests.conftest import make_database, run_sql
from tests.counting import count_statements

IN = "/v1/workspaces/{workspace}"
# Not read from where operations are declared: whoever weakens one has to say so here.
READER = f"""
GET /v1/workspaces
GET {IN}
GET {IN}/extraction
GET {IN}/retrieval
GET {IN}/costs
GET {IN}/documents
GET {IN}/documents/{{document_id}}
GET {IN}/documents/{{document_id}}/chunks
GET {IN}/documents/{{document_id}}/places
GET {IN}/documents/{{document_id}}/content
GET {IN}/documents/{{document_id}}/pages/{{page}}
POST {IN}/query
POST {IN}/query/data
POST {IN}/query/stream
POST {IN}/conversations
GET {IN}/conversations
GET {IN}/conversations/{{conversation_id}}
PATCH {IN}/conversations/{{conversation_id}}
DELETE {IN}/conversations/{{conversation_id}}
GET {IN}/conversations/{{conversation_id}}/export
GET {IN}/jobs
GET {IN}/jobs/{{job_id}}
GET {IN}/tracks/{{track_id}}
GET {IN}/events
GET {IN}/graph/entity
GET {IN}/graph/search
GET {IN}/graph/popular
GET {IN}/graph/neighbours
GET {IN}/graph/similar
GET {IN}/graph/where-said
GET {IN}/graph/path
GET {IN}/graph/subgraph
GET {IN}/graph/duplicates
GET {IN}/graph/orphans
GET {IN}/graph/cost-by-day
GET {IN}/graph/cost-by-document
GET {IN}/graph/edits
GET {IN}/graph/export
POST {IN}/chat/completions
GET {IN}/models
GET {IN}/models/{{model_id}}
POST {IN}/embeddings
POST {IN}/responses
GET {IN}/files
GET {IN}/files/{{file_id}}
GET {IN}/files/{{file_id}}/content
GET {IN}/vector_stores
GET {IN}/vector_stores/{{vector_store_id}}
POST {IN}/vector_stores/{{vector_store_id}}/search
GET {IN}/vector_stores/{{vector_store_id}}/files
GET {IN}/vector_stores/{{vector_store_id}}/files/{{file_id}}
GET {IN}/vector_stores/{{vector_store_id}}/files/{{file_id}}/content
GET {IN}/vector_stores/{{vector_store_id}}/file_batches/{{batch_id}}
GET {IN}/vector_stores/{{vector_store_id}}/file_batches/{{batch_id}}/files
POST {IN}/rerank
POST {IN}/mcp
GET {IN}/api/version
GET {IN}/api/tags
GET {IN}/api/ps
POST {IN}/api/show
POST {IN}/api/chat
POST {IN}/api/generate
POST /dify/retrieval
GET {IN}/lightrag/auth/verify
POST {IN}/lightrag/query
POST {IN}/lightrag/query/stream
POST {IN}/lightrag/query/data
POST {IN}/lightrag/documents/paginated
GET {IN}/lightrag/documents/status_counts
GET {IN}/lightrag/documents/supported_file_types
GET {IN}/lightrag/documents/track_status/{{track_id}}
GET {IN}/lightrag/documents/pipeline_status
GET {IN}/lightrag/documents/scan/status/{{scan_id}}
GET {IN}/lightrag/documents/source_conflicts
GET {IN}/lightrag/graphs
GET {IN}/lightrag/graph/label/list
GET {IN}/lightrag/graph/label/popular
GET {IN}/lightrag/graph/label/search
GET {IN}/lightrag/graph/entity/exists
"""
WRITER = f"""
POST {IN}/documents
POST {IN}/documents/custom-chunks
DELETE {IN}/documents
PATCH {IN}/documents/{{document_id}}
DELETE {IN}/documents/{{document_id}}
POST {IN}/jobs/{{job_id}}/cancel
POST {IN}/jobs/{{job_id}}/retry
POST {IN}/jobs/retry
POST {IN}/graph/custom
POST {IN}/graph/entities
PATCH {IN}/graph/entities
DELETE {IN}/graph/entities
POST {IN}/graph/entities/rename
POST {IN}/graph/entities/merge
POST {IN}/graph/entities/split
POST {IN}/graph/relations
PATCH {IN}/graph/relations
DELETE {IN}/graph/relations
POST {IN}/lightrag/documents/upload
POST {IN}/lightrag/documents/text
POST {IN}/lightrag/documents/texts
DELETE {IN}/lightrag/documents/delete_document
POST {IN}/lightrag/documents/clear_cache
POST {IN}/lightrag/documents/cancel_pipeline
POST {IN}/lightrag/documents/reprocess_failed
POST {IN}/lightrag/documents/scan
POST {IN}/lightrag/documents/source_conflicts/repair
POST {IN}/lightrag/documents/recovery/force_reset
POST {IN}/lightrag/graph/entity/edit
POST {IN}/lightrag/graph/entity/create
POST {IN}/lightrag/graph/entities/merge
DELETE {IN}/lightrag/graph/entity/delete
POST {IN}/lightrag/graph/relation/edit
POST {IN}/lightrag/graph/relation/create
DELETE {IN}/lightrag/graph/relation/delete
POST {IN}/files
DELETE {IN}/files/{{file_id}}
POST {IN}/vector_stores/{{vector_store_id}}/files
POST {IN}/vector_stores/{{vector_store_id}}/files/{{file_id}}
DELETE {IN}/vector_stores/{{vector_store_id}}/files/{{file_id}}
POST {IN}/vector_stores/{{vector_store_id}}/file_batches
POST {IN}/vector_stores/{{vector_store_id}}/file_batches/{{batch_id}}/cancel
"""
ADMIN = f"""
DELETE {IN}
PATCH {IN}/extraction
PATCH {IN}/retrieval
PATCH {IN}/costs
GET {IN}/audit
POST {IN}/erase
GET {IN}/keys
POST {IN}/keys
DELETE {IN}/keys/{{prefix}}
POST {IN}/keys/{{prefix}}/rotate
POST {IN}/vector_stores/{{vector_store_id}}
DELETE {IN}/vector_stores/{{vector_store_id}}
DELETE {IN}/lightrag/documents
"""
# An admin of every workspace.
OPERATOR = f"POST /v1/workspaces\nPOST {IN}/vector_stores"
EVERYBODY = f"""
GET /health/live
GET /health/ready
GET {IN}/lightrag/auth-status
POST {IN}/lightrag/login
GET {IN}/lightrag/health
GET {IN}/lightrag/ui/customization
"""
ROLES = ("reader", "writer", "admin", "operator")
TABLE = {
    line: role
    for role, lines in zip(
        (*ROLES, None), (READER, WRITER, ADMIN, OPERATOR, EVERYBODY), strict=True
    )
    for line in lines.strip().splitlines()
}


@dataclass(frozen=True)
class Sent:
    """A key: how high it reaches, and in which workspace; None is every one."""

    secret: str | None
    role: str = ""
    workspace: str | None = None


@dataclass(frozen=True)
class Closed:
    url: str
    log: Path
    keys: dict[str, Sent]

    http: httpx.Client

    def ask(self, key: str, method: str, path: str, **more: Any) -> httpx.Response:
        return self.http.request(method, path, headers=self.header(key), **more)

    def header(self, key: str) -> dict[str, str]:
        secret = self.keys[key].secret
        return {"authorization": f"Bearer {secret}"} if secret else {}


@pytest.fixture(scope="module")
def closed(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Closed]:
    """A server on a database with keys."""
    database, folder = make_database(server_url, template), tmp_path_factory.mktemp("closed")
    keys = asyncio.run(make_keys(database))
    settings = {"DATABASE_URL": database, "SQLRAG_MODELS": "offline", "SQLRAG_LOG_LEVEL": "DEBUG"}
    with (
        serve("granian", folder, **settings) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield Closed(url, next(folder.glob("*.log")), keys, client)


async def make_keys(database: str) -> dict[str, Sent]:
    keys = {"none": Sent(None), "unknown": Sent("sqlrag_aaaaaaaaaa_" + "b" * 43)}
    async with Rag.open(database, settings=Settings(_env_file=None)) as rag:
        for name in ("acme", "other", "default"):
            await rag.create_workspace(name)
        acme, other = rag.in_workspace("acme"), rag.in_workspace("other")
        roles: Any = ROLES[:3]
        for role in roles:
            keys[role] = Sent((await acme.create_key(role)).secret, role, "acme")
            made = await rag.create_key(role, every_workspace=True)
            keys[f"every {role}"] = Sent(made.secret, role)
        keys["other"] = Sent((await other.create_key("admin")).secret, "admin", "other")
        soon = datetime.now(UTC) + timedelta(hours=1)
        expired = await acme.create_key("admin", expires_at=soon)
        keys["expired"] = Sent(expired.secret)
        revoked = await acme.create_key("admin")
        keys["revoked"] = Sent(revoked.secret)
        await rag.revoke_key(revoked.prefix)
    past = "UPDATE sqlrag.keys SET expires_at = now() WHERE expires_at IS NOT NULL"
    await asyncio.to_thread(run_sql, database, past)
    return keys


def expect(operation: str, key: Sent) -> int:
    """What comes of a request with a parameter that no door has: 400, if it comes so far."""
    role, path = TABLE[operation], operation.partition(" ")[2]
    if path.startswith("/health"):
        return 200
    is_elsewhere = key.workspace is not None and IN in path and key.workspace != "acme"
    if role is None:  # which tells more to who has a key
        return 403 if key.role and is_elsewhere else 400
    if not key.role:
        return 401
    reaches = "operator" if key.workspace is None and key.role == "admin" else key.role
    may = ROLES.index(reaches) >= ROLES.index(role) and not is_elsewhere
    return 400 if may else 403


def test_every_operation_takes_the_keys_that_it_should(closed: Closed) -> None:
    document = httpx.get(f"{closed.url}/docs/openapi.json").json()
    declared = {f"{verb.upper()} {at}" for at, item in document["paths"].items() for verb in item}
    assert declared == set(TABLE)
    wrong = {}
    for operation in TABLE:
        method, path = operation.split(" ")
        path = path.replace("{workspace}", "acme").replace("{track_id}", "1" * 32)
        path = re.sub("{.*?}", "1", path) + "?no-such=1"
        json = {"content-type": "application/json"}
        for name, key in closed.keys.items():
            answer = closed.http.request(method, path, headers=closed.header(name) | json)
            if answer.status_code != expect(operation, key):
                wrong[operation, name] = answer.status_code
            if answer.status_code == 401:
                assert answer.headers["www-authenticate"] == 'Bearer realm="sqlrag"'
                told = (
                    ":error:unauthorized",
                    "authentication_error",
                    '"error_code":1002',
                    '"message"',
                    '{"error":',
                    '{"detail":',
                )
                assert any(one in answer.text for one in told)
    assert wrong == {}
    log = closed.log.read_text()
    assert [name for name, key in closed.keys.items() if key.secret and key.secret in log] == []


def test_what_is_of_no_workspace_and_tells_of_all_takes_a_key_of_all(closed: Closed) -> None:
    for path, wanted in (("/metrics", 200), ("/docs", None), ("/docs/openapi.json", None)):
        for name, key in closed.keys.items():
            may = wanted is None or (key.role, key.workspace) == ("admin", None)
            status = 200 if may else 403 if key.role else 401
            assert closed.ask(name, "GET", path).status_code == status, (path, name)
    assert closed.ask("none", "OPTIONS", "/v1/documents").status_code == 204


def test_a_refusal_says_what_to_do_and_not_what_there_is(closed: Closed) -> None:
    def detail(key: str, path: str) -> str:
        return str(closed.ask(key, "GET", path).json()["detail"])

    assert "Authorization: Bearer" in detail("none", "/v1/documents")
    assert "has expired" in detail("expired", "/v1/documents")
    assert detail("unknown", "/v1/documents") == detail("revoked", "/v1/documents")
    there, nowhere = (detail("reader", f"/v1/workspaces/{at}") for at in ("other", "nowhere"))
    assert there == nowhere
    assert "role admin" in detail("writer", "/v1/keys")


def test_the_short_form_means_the_workspace_of_the_key(closed: Closed) -> None:
    for key, text in (("writer", "In acme."), ("other", "In other."), ("every admin", "Default.")):
        closed.ask(key, "POST", "/v1/documents", json={"text": text, "id": text}).raise_for_status()
    for key, workspace in (("reader", "acme"), ("other", "other"), ("every reader", "default")):
        short = closed.ask(key, "GET", "/v1/documents").json()["items"]
        assert len(short) == 1
        path = f"/v1/workspaces/{workspace}/documents"
        assert closed.ask(key, "GET", path).json()["items"] == short
    seen = [one["name"] for one in closed.ask("reader", "GET", "/v1/workspaces").json()["items"]]
    assert seen == ["acme"]
    later = closed.ask("reader", "POST", "/v1/query", json={"question": "?", "background": True})
    assert later.headers["location"].startswith("/v1/workspaces/acme/jobs/")
    assert closed.ask("reader", "GET", later.headers["location"]).status_code == 200


def test_only_who_may_make_workspaces_makes_one_by_writing(closed: Closed) -> None:
    path = "/v1/workspaces/made/documents"
    assert closed.ask("every writer", "POST", path, json={"text": "x"}).status_code == 404
    assert closed.ask("every admin", "POST", path, json={"text": "x"}).status_code == 201
    assert closed.ask("every writer", "POST", path, json={"text": "y"}).status_code == 201


def test_an_admin_has_the_keys_of_its_workspace_and_no_others(closed: Closed) -> None:
    def ask(method: str, path: str, key: str = "admin", **more: Any) -> httpx.Response:
        return closed.ask(key, method, path, **more)

    asked = {"role": "writer", "name": "a robot", "principals": ["team-a"]}
    made = ask("POST", "/v1/keys", json=asked)
    assert made.status_code == 201
    told = made.json()
    assert (told["workspace"], told["role"], told["principals"]) == ("acme", "writer", ["team-a"])
    listed = ask("GET", "/v1/keys").text
    assert told["prefix"] in listed
    assert told["secret"] not in listed
    closed.keys["made"] = Sent(told["secret"])
    assert ask("GET", "/v1/documents", "made").status_code == 200
    turned = ask("POST", f"/v1/keys/{told['prefix']}/rotate", json={"grace": 60}).json()
    closed.keys["turned"] = Sent(turned["secret"])
    assert (turned["role"], turned["principals"]) == ("writer", ["team-a"])
    for key in ("made", "turned"):
        assert ask("GET", "/v1/documents", key).status_code == 200
        gone = ask("DELETE", f"/v1/keys/{closed.keys[key].secret}").json()
        assert gone["status"] == "revoked"
        assert ask("GET", "/v1/documents", key).status_code == 401
    assert ask("POST", f"/v1/keys/{turned['prefix']}/rotate", json={}).status_code == 404
    every = {"role": "reader", "every_workspace": True}
    assert ask("POST", "/v1/keys", json=every).status_code == 403
    assert ask("GET", "/v1/keys?every_workspace=true").status_code == 403
    for theirs in ("other", "every reader"):
        prefix = str(closed.keys[theirs].secret)[7:17]
        refused = ask("DELETE", f"/v1/keys/{prefix}")
        unknown = ask("DELETE", "/v1/keys/aaaaaaaaaa")
        assert (refused.status_code, unknown.status_code) == (404, 404)
        told = [dict(one.json(), request_id="") for one in (refused, unknown)]
        assert json.dumps(told[0]).replace(prefix, "aaaaaaaaaa") == json.dumps(told[1])
        assert ask("GET", "/v1/documents", theirs).status_code == 200
    expiring = {"role": "reader", "expires_at": "2020-01-01T00:00:00Z"}
    assert "is over" in ask("POST", "/v1/keys", json=expiring).json()["detail"]


async def test_the_first_key_is_asked_for_at_once_and_costs_one_statement(
    url: str, settings: Settings
) -> None:
    @asynccontextmanager
    async def never() -> Any:
        yield

    async with Rag.open(url, settings=settings) as rag:
        await rag.create_workspace("default")
        app = create_app(never, "default", 1000, ServerSettings())
        app.state.rag, app.state.parameters = rag, read_parameters(app)

        async def ask(caller: str = "127.0.0.1", **headers: str) -> int:
            wire = httpx.ASGITransport(cast(Any, app), client=(caller, 1))
            async with httpx.AsyncClient(transport=wire, base_url="http://localhost") as client:
                return (await client.get("/v1/documents", headers=headers)).status_code

        assert await ask() == 200
        assert await ask("192.0.2.1") == 401, "what listens here only is reached from elsewhere"
        by_proxy = {"x-forwarded-for": "192.0.2.1"}
        assert await ask(**by_proxy) == 401, "a proxy of this machine asks for others"
        pool = rag.storage.database._pool
        with count_statements(cast(Any, pool)) as alone:
            await rag.list_documents()
        with count_statements(cast(Any, pool)) as served:
            assert await ask() == 200
        assert len(served) == len(alone) + 1
        made = await rag.create_key("reader", per_minute=100, questions_per_minute=10)
        assert await ask() == 401
        bearer = {"authorization": f"bearer {made.secret}"}
        assert await ask("192.0.2.1", **bearer) == 200
        with count_statements(cast(Any, pool)) as keyed:
            assert await ask(**bearer) == 200
        assert len(keyed) == len(served)
        assert await ask(authorization=f"Bearer {made.secret}x") == 401
        assert await ask(authorization=f"Basic {made.secret}") == 401
        await rag.revoke_key(made.prefix)
        assert await ask() == 401, "a server is not open again when the last key ends"


async def test_a_door_that_says_nothing_takes_an_admin_of_every_workspace(
    url: str, settings: Settings
) -> None:
    @get("/forgotten")
    async def forgotten() -> str:
        return "open"

    async with Rag.open(url, settings=settings) as rag:
        await rag.create_workspace("default")
        keys = [await rag.create_key("admin"), await rag.create_key("writer", every_workspace=True)]
        keys.append(await rag.create_key("admin", every_workspace=True))
        app = Litestar(
            [forgotten],
            state=State({"rag": rag, "workspace": "default"}),
            middleware=[Admission(ServerSettings()).admit],
            exception_handlers={Exception: answer_error},
        )
        wire = httpx.ASGITransport(cast(Any, app))
        async with httpx.AsyncClient(transport=wire, base_url="http://localhost") as client:
            found = [(await client.get("/forgotten")).status_code]
            for one in keys:
                sent = {"authorization": f"Bearer {one.secret}"}
                found.append((await client.get("/forgotten", headers=sent)).status_code)
    assert found == [401, 403, 403, 200]
    assert Unauthorized.kind == "unauthorized"
