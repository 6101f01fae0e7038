"""What the application does by itself: unexpected errors, and work after the response."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from litestar.testing import TestClient

from sqlrag.app import Rag
from sqlrag.domain.access import KeyUse
from sqlrag.doors.http.application import create_app
from sqlrag.settings import ServerSettings, Settings

HERE = "http://127.0.0.1:8000"


def make_client(rag: Any) -> TestClient[Any]:
    @asynccontextmanager
    async def open_rag() -> AsyncIterator[Any]:
        yield rag

    return TestClient(
        create_app(open_rag, "default", 1000, ServerSettings()),
        base_url=HERE,
        raise_server_exceptions=False,
    )


def test_an_unexpected_error_shows_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def list_workspaces(**_: Any) -> list[Any]:
        raise RuntimeError("the secret is 1234")

    async def use_key(*_: Any) -> KeyUse:
        return KeyUse("abc", "admin", None, None, [], "active", True)

    async def check_role(_: str) -> None:
        pass

    rag: Any = SimpleNamespace(
        check_role=check_role,
        list_workspaces=list_workspaces,
        feed=SimpleNamespace(end=lambda: None),
        storage=SimpleNamespace(fetch_one=use_key),
        in_workspace=lambda *_: rag,
    )
    with make_client(rag) as client:
        response = client.get("/v1/workspaces")
    assert response.status_code == 500
    assert response.json()["type"] == "urn:sqlrag:error:internal-error"
    assert "1234" not in response.text
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info
    assert record.exc_info[0] is RuntimeError


def test_the_response_does_not_wait_for_the_index(url: str, settings: Settings) -> None:
    """The index is made when the application closes at the latest."""
    indexed, key = list[str](), list[str]()

    @asynccontextmanager
    async def open_rag() -> AsyncIterator[Rag]:
        async with Rag.open(url, settings=settings, upkeep_in_background=True) as rag:
            key.append((await rag.create_key("admin", every_workspace=True)).secret)

            async def index_embeddings(workspace_id: int, space_id: int | None = None) -> bool:
                indexed.append("begun")
                await asyncio.sleep(0.5)
                indexed.append("made")
                return True

            rag.storage.index_embeddings = index_embeddings
            yield rag

    app = create_app(open_rag, "default", 1000, ServerSettings())
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        sent = {"authorization": f"Bearer {key[0]}"}
        response = client.post("/v1/documents", json={"text": "x"}, headers=sent)
        assert response.status_code == 201
        assert "made" not in indexed
    assert indexed == ["begun", "made"]
