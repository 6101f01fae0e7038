"""A server with keys whose models are at a stub, for clients of other APIs. Its reranker knows
words alone."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest
from openai import OpenAI

from sqlrag.app import Rag
from sqlrag.domain.access import ROLES
from sqlrag.settings import Settings
from tests.api.conftest import MAX_FILE_BYTES, MAX_JSON_BYTES
from tests.api.serving import serve
from tests.conftest import make_database
from tests.stub_openai import StubOpenAI
from tests.support.mcp import MODES

TEXT = "Everybody has thirty days of vacation a year."
QUESTION = "How many days of vacation are there a year?"
EMBEDDER = "offline-hashing-v1"
ANSWER = "There are thirty days of vacation a year [1]."


@dataclass(frozen=True)
class Keyed:
    """Keys of workspaces "acme", which knows the answer, and "other": of readers, and of writers
    in the one and in every one."""

    url: str
    model: StubOpenAI
    key: str
    other: str
    writer: str
    every_writer: str

    def mcp(self, workspace: str | None = None) -> str:
        """The address of tools, of the workspace of a key or of one by its name."""
        within = f"/v1/workspaces/{quote(workspace, safe='')}" if workspace else ""
        return f"{self.url}{within}/mcp"


@pytest.fixture(scope="session")
def keyed(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Keyed]:
    database = make_database(server_url, template)

    async def fill() -> list[str]:
        hashing = Settings(embedding_model=EMBEDDER, _env_file=None)
        async with Rag.open(database, settings=hashing) as rag:
            acme, other = rag.in_workspace("acme"), rag.in_workspace("other")
            await acme.insert(TEXT, "handbook", titles=["The handbook"])
            await other.insert("Nobody has any.", "other")
            made = [await one.create_key("reader") for one in (acme, other)]
            made += [await acme.create_key("writer")]
            made += [await acme.create_key("writer", every_workspace=True)]
            return [one.secret for one in made]

    with StubOpenAI(reply=lambda messages: ANSWER) as stub:
        settings = {
            "DATABASE_URL": database,
            "OPENAI_BASE_URL": stub.base_url,
            "SQLRAG_RERANK_URL": f"{stub.base_url}/rerank",
            "SQLRAG_RERANK_MODEL": "words",
            "SQLRAG_EMBEDDING_MODEL": EMBEDDER,
            "SQLRAG_ANSWER_CACHE": "0",
            "SQLRAG_MODEL_RETRIES": "0",
            "SQLRAG_MAX_JSON_BYTES": str(MAX_JSON_BYTES),
        }
        keys = asyncio.run(fill())
        with serve("granian", tmp_path_factory.mktemp("keyed"), **settings) as url:
            yield Keyed(url, stub, *keys)


@pytest.fixture
def filled(server: str, workspace: str) -> str:
    """The address of a workspace that knows the answer, which asks for no key."""
    at = f"{server}/v1/workspaces/{workspace}"
    httpx.post(f"{at}/documents", json={"id": "handbook", "text": TEXT}).raise_for_status()
    return at


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Of a client of MCP."""
    return request.param


@dataclass(frozen=True)
class Stored:
    """A server with a worker, and keys: what they are for, and their secrets."""

    url: str
    keys: dict[str, str]

    def open(self, key: str = "every admin", path: str = "/v1") -> OpenAI:
        return OpenAI(base_url=self.url + path, api_key=self.keys[key], max_retries=0)


@pytest.fixture(scope="session")
def stored(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stored]:
    database = make_database(server_url, template)
    hashing = Settings(embedding_model=EMBEDDER, extraction="off", _env_file=None)

    async def fill() -> dict[str, str]:
        keys = dict[str, str]()
        async with Rag.open(database, settings=hashing) as rag:
            for name in ("acme", "other", "default"):
                await rag.create_workspace(name)
            for role in ROLES:
                for name in ("acme", "other"):
                    made = await rag.in_workspace(name).create_key(role)
                    keys[f"{name} {role}"] = made.secret
                made = await rag.create_key(role, every_workspace=True)
                keys[f"every {role}"] = made.secret
        return keys

    settings = {
        "DATABASE_URL": database,
        "SQLRAG_MODELS": "offline",
        "SQLRAG_EMBEDDING_MODEL": EMBEDDER,
        "SQLRAG_EXTRACTION": "off",
        "SQLRAG_MAX_FILE_BYTES": str(MAX_FILE_BYTES),
    }
    keys = asyncio.run(fill())
    with serve("sqlrag with a worker", tmp_path_factory.mktemp("stored"), **settings) as url:
        yield Stored(url, keys)
