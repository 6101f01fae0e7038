"""The client that is awaited."""

import os
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Self, TypeVar

import httpx

from sqlrag.client import calls
from sqlrag.client.answers import Answered, Done, Ingested, Retrieved
from sqlrag.client.async_graph_operations import AsyncGraphOperations
from sqlrag.client.async_rag_operations import AsyncRagOperations
from sqlrag.domain.conversations import TranscriptFormat
from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.domain.states import Stateful

T = TypeVar("T")


class AsyncClient(AsyncRagOperations, AsyncGraphOperations):
    """Of a server at a URL; without a workspace, of the one that the key is for, or the server's.

    Every method raises the errors of sqlrag.domain.errors, and Unreachable.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        workspace: str | None = None,
        *,
        timeout: float = 300.0,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """`timeout` is in seconds, of an answer. `http` may have proxies and certificates; it gets
        the key, and is closed with this."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self.url, self.workspace = url.rstrip("/").removesuffix("/v1"), workspace
        self._http = http or httpx.AsyncClient(timeout=timeout)
        self._http.base_url = httpx.URL(self.url)
        self._http.headers.update(headers)
        self._headers: Mapping[str, str] = {}

    def in_workspace(self, name: str) -> "AsyncClient":
        """The same, for another workspace, by the same connections."""
        return self._copy(name, {})

    def once(self, key: str) -> "AsyncClient":
        """The same, for one request that is posted: it may be sent again with the same key, of 1 to
        255 characters of ASCII, and is done once. Raises StillInWork, KeyReused."""
        return self._copy(self.workspace, calls.repeat(key))

    def if_unchanged(self, seen: Stateful) -> "AsyncClient":
        """The same, for a change of a document, or of settings, that is made only where they are as
        they were seen. Raises Changed."""
        return self._copy(self.workspace, calls.expect(seen))

    def _copy(self, workspace: str | None, headers: Mapping[str, str]) -> "AsyncClient":
        made = AsyncClient(self.url, workspace=workspace, http=self._http)
        made._headers = {**self._headers, **headers}
        return made

    async def query(self, question: str, param: QueryParam | None = None) -> Answered:
        """A cited answer."""
        return await self._read(Answered, calls.ask("query", self.workspace, question, param))

    async def search(self, question: str, param: QueryParam | None = None) -> Retrieved:
        """What an answer would be made of; no model is asked for one."""
        return await self._read(Retrieved, calls.ask("query/data", self.workspace, question, param))

    async def stream(
        self, question: str, param: QueryParam | None = None
    ) -> AsyncIterator[Context | str | Done]:
        """The context, the answer piece by piece, and its end. To close it stops the model."""
        call = calls.ask("query/stream", self.workspace, question, param)
        with calls.reaching(self.url):
            async with self._http.stream(**call.arguments()) as response:
                if not response.is_success:
                    await response.aread()
                calls.check(response)
                event = calls.Event()
                async for line in response.aiter_lines():
                    if (told := event.take(line)) is not None:
                        yield told

    async def insert(
        self,
        text: str,
        id: str | None = None,
        *,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
        media_type: str | None = None,
        language: str | None = None,
        read: Iterable[str] | None = None,
        background: bool = False,
    ) -> Ingested:
        """A text as a document. Without an id, equal texts are one; the same id replaces it."""
        said = calls.say(id, title, metadata, tags, media_type, language, read)
        call = calls.give_text(self.workspace, text, background, said)
        return calls.read_ingested(await self._send(call))

    async def upload(
        self,
        *paths: str | os.PathLike[str],
        metadata: Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
        read: Iterable[str] | None = None,
        background: bool = False,
    ) -> Ingested:
        """Files, known by their names. Large ones are ingested in the background by themselves."""
        call = calls.give_files(self.workspace, paths, background, metadata, tags, read)
        return calls.read_ingested(await self._send(call))

    async def export_conversation(
        self, conversation_id: int, form: TranscriptFormat = "markdown"
    ) -> str:
        """All its turns with what their answers cite, as Markdown or JSON."""
        call = calls.export(self.workspace, conversation_id, form)
        return calls.read_text(await self._send(call))

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def _call(self, kind: type[T], address: str, listed: str = "", /, **given: Any) -> T:
        return await self._read(kind, calls.make_call(address, self.workspace, given), listed)

    async def _read(self, kind: type[T], call: calls.Call, listed: str = "") -> T:
        return calls.read(kind, listed, await self._send(call))

    async def _send(self, call: calls.Call) -> httpx.Response:
        with calls.reaching(self.url):
            response = await self._http.request(**call.arguments(self._headers))
        calls.remember(self._http.headers, response)
        return response
