"""Puts the doors into one application, and has two for those who run it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from itertools import chain
from operator import attrgetter
from typing import Any, Literal

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, Struct, UnsetType

from sqlrag.app import Rag
from sqlrag.domain.errors import DatabaseError
from sqlrag.domain.operations import read_operations
from sqlrag.doors.http.admission import ROLE, Admission
from sqlrag.doors.http.bodies import JsonRequest
from sqlrag.doors.http.derive import derive_handler
from sqlrag.doors.http.dialects import (
    dify,
    lightrag,
    mcp,
    ollama,
    openai,
    openai_batches,
    openai_files,
    openai_models,
    openai_responses,
    openai_search,
    openai_store_files,
    openai_stores,
    rerank,
)
from sqlrag.doors.http.documents import ingest_documents
from sqlrag.doors.http.draining import drain_body, note_body
from sqlrag.doors.http.ending import before_the_end
from sqlrag.doors.http.errors import answer_error
from sqlrag.doors.http.events import follow_jobs
from sqlrag.doors.http.export import export
from sqlrag.doors.http.gate import Gate
from sqlrag.doors.http.identify import identify, tell_request_id
from sqlrag.doors.http.metrics import measure, read_metrics
from sqlrag.doors.http.openapi import describe_api, door
from sqlrag.doors.http.originals import draw_page, get_content
from sqlrag.doors.http.parameters import check_parameters, read_parameters
from sqlrag.doors.http.positions import carry
from sqlrag.doors.http.query import query, query_data, stream_query
from sqlrag.doors.http.quotas import tell_quotas
from sqlrag.doors.http.repeats import Repeating
from sqlrag.doors.http.resource import RESOURCE, RESOURCE_PATH, Resource
from sqlrag.doors.http.tags import tag
from sqlrag.doors.http.transcripts import export_conversation
from sqlrag.rag.graph import Graph
from sqlrag.settings import ServerSettings, WorkerSettings

# Storage tries again for longer than those who probe are willing to wait.
PATIENCE = 2.0


class ReplicaLag(Struct, frozen=True):
    """Bytes of the write-ahead log and seconds; null where it does not answer."""

    lag_bytes: int | None
    lag_seconds: float | None


class Health(Struct, frozen=True):
    status: Literal["live", "ready"]
    replica: ReplicaLag | UnsetType = UNSET


@door("GET /health/live", "Is the process alive?", always=(), role=None)
async def check_live() -> Health:
    """Always yes; touches no database."""
    return Health("live")


@door("GET /health/ready", "Can requests be served?", role=None)
async def check_ready(state: State) -> Health:
    """Yes when the database answers within two seconds, with the schema of this version.

    A read replica need not: what it does not answer, the primary does.
    """
    storage = state.rag.storage
    try:
        async with asyncio.timeout(PATIENCE):
            await storage.check_schema()
    except TimeoutError as error:
        raise DatabaseError(
            f"Postgres has not answered for {PATIENCE:g} seconds; check that it runs and that "
            "DATABASE_URL names it."
        ) from error
    if storage.replica is None:
        return Health("ready")
    found = await storage.replica.measure()
    return Health("ready", ReplicaLag(found.lag_bytes, found.lag_seconds))


@get([RESOURCE_PATH, f"{RESOURCE_PATH}/{{rest:path}}"], include_in_schema=False, opt={ROLE: None})
async def tell_resource(request: Request[Any, Any, Any], state: State) -> dict[str, Any]:
    """Whose tokens are taken, of the server or of what is at an address of it."""
    described: dict[str, Any] = state[RESOURCE].describe(request)
    return described


_GRAPH = attrgetter("graph")
DOORS: list[HTTPRouteHandler] = [
    *ingest_documents,
    *chain.from_iterable(map(derive_handler, read_operations(Rag))),
    *get_content,
    *draw_page,
    *query,
    *query_data,
    *stream_query,
    *export_conversation,
    *follow_jobs,
    *chain.from_iterable(derive_handler(one, _GRAPH) for one in read_operations(Graph)),
    *export,
    *openai.create_chat_completion,
    *openai_responses.create_response,
    *openai_models.list_models,
    *openai_models.get_model,
    *openai_models.create_embedding,
    *openai_files.create_file,
    *openai_files.list_files,
    *openai_files.retrieve_file,
    *openai_files.read_file,
    *openai_files.delete_file,
    *openai_stores.create_vector_store,
    *openai_stores.list_vector_stores,
    *openai_stores.retrieve_vector_store,
    *openai_stores.update_vector_store,
    *openai_stores.delete_vector_store,
    *openai_search.search_vector_store,
    *openai_store_files.create_vector_store_file,
    *openai_store_files.list_vector_store_files,
    *openai_store_files.retrieve_vector_store_file,
    *openai_store_files.update_vector_store_file,
    *openai_store_files.delete_vector_store_file,
    *openai_store_files.read_vector_store_file,
    *openai_batches.create_vector_store_batch,
    *openai_batches.retrieve_vector_store_batch,
    *openai_batches.cancel_vector_store_batch,
    *openai_batches.list_vector_store_batch_files,
    *rerank.rerank,
    *dify.retrieve_knowledge,
    *ollama.get_version,
    *ollama.list_tags,
    *ollama.list_loaded,
    *ollama.show_model,
    *ollama.chat,
    *ollama.generate,
    *lightrag.DOORS,
    *mcp.exchange_message,
    *check_live,
    *check_ready,
]


def _tell_methods(path: str) -> HTTPRouteHandler:
    """OPTIONS of a path. Litestar's own, made with the first of its doors where there is none,
    knows no others."""
    verbs = {"OPTIONS", *(verb for one in DOORS if path in one.paths for verb in one.http_methods)}
    allow = {"allow": ", ".join(sorted(verbs))}

    async def tell_methods() -> Response[None]:
        return Response(None, headers=allow, status_code=HTTPStatus.NO_CONTENT)

    return HTTPRouteHandler(
        path, http_method=HttpMethod.OPTIONS, include_in_schema=False, opt={ROLE: None}
    )(tell_methods)


def create_app(
    open_rag: Callable[[], AbstractAsyncContextManager[Rag]],
    workspace: str,
    max_file_bytes: int,
    server: ServerSettings,
    background_bytes: int = WorkerSettings().background_bytes,
) -> Litestar:
    """The application; its Rag is opened when it starts, in the process that serves.

    `workspace` is the one of requests that name none; requests with more bytes of documents than
    `background_bytes` are done in the background.
    """
    gate, admission = Gate(server, max_file_bytes), Admission(server)
    repeating = Repeating(server)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with open_rag() as rag:
            app.state.rag, app.state.background_bytes = rag, background_bytes
            app.state.parameters = read_parameters(app)
            # What stays for good is not looked through again: a collection of it takes 50 ms.
            gc.collect()
            gc.freeze()
            with before_the_end(rag.feed.end):
                yield

    resource = Resource.of(server)
    doors = [*DOORS, *[read_metrics] * server.metrics, *[tell_resource] * bool(resource)]
    return Litestar(
        route_handlers=[*map(_tell_methods, {path for one in doors for path in one.paths}), *doors],
        lifespan=[lifespan],
        state=State({"workspace": workspace, "admission": admission, RESOURCE: resource}),
        request_class=JsonRequest,
        exception_handlers={Exception: answer_error},
        middleware=[
            identify,
            *[measure] * server.metrics,
            note_body,
            gate.guard,
            admission.admit,
            tag,
            repeating.repeat,
            carry,  # within: who gets an answer again gets its position
        ],
        before_request=check_parameters,
        before_send=[drain_body, tell_request_id, tell_quotas, gate.add_headers],
        request_max_body_size=None,  # the gate's, which tells forms from JSON
        openapi_config=describe_api(),
        logging_config=None,  # logging belongs to whoever runs the process
    )
