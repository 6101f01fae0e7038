"""Puts the doors into one application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from litestar import Litestar, Router
from litestar.params import QueryParameter

from sqlrag.app import Rag
from sqlrag.doors.http.derive import derive_handlers, is_about_workspaces
from sqlrag.doors.http.documents import DOCUMENT_DOORS, configure_extraction
from sqlrag.doors.http.errors import JsonRequest, answer_error
from sqlrag.doors.http.export import export
from sqlrag.doors.http.health import check_live, check_ready
from sqlrag.doors.http.openapi import describe_api
from sqlrag.doors.http.query import query, query_data, stream_query
from sqlrag.rag.graph import Graph
from sqlrag.settings import Settings

_DERIVED = list(derive_handlers(Rag))
DOORS_TO_A_WORKSPACE = [
    *DOCUMENT_DOORS,
    *(door for door in _DERIVED if not is_about_workspaces(door)),
    query,
    query_data,
    stream_query,
    *derive_handlers(Graph, lambda rag: rag.graph),
    export,
]
OTHER_DOORS = [
    *(door for door in _DERIVED if is_about_workspaces(door)),
    configure_extraction,
    check_live,
    check_ready,
]
# A file of the largest size travels in a form, which adds some bytes of its own.
FORM_BYTES = 2**16


def create_app(
    open_rag: Callable[[], AbstractAsyncContextManager[Rag]],
    workspace: str,
    max_file_bytes: int,
) -> Litestar:
    """The application; its Rag is opened when it starts, in the process that serves.

    `workspace` is the one of requests that name none.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with open_rag() as rag:
            app.state.rag = rag
            yield

    return Litestar(
        route_handlers=[_in_workspace(workspace), *OTHER_DOORS],
        lifespan=[lifespan],
        request_class=JsonRequest,
        exception_handlers={Exception: answer_error},
        request_max_body_size=max_file_bytes + FORM_BYTES,
        openapi_config=describe_api(),
        # Logging belongs to whoever runs the process.
        logging_config=None,
    )


def application() -> Litestar:
    """For servers: `granian --interface asgi --factory sqlrag.doors.http:application`."""
    settings = Settings()
    open_rag = partial(Rag.open, settings=settings, upkeep_in_background=True)
    return create_app(open_rag, settings.workspace, settings.max_file_bytes)


def _in_workspace(default: str) -> Router:
    workspace = QueryParameter(
        name="workspace",
        annotation=str,
        default=default,
        required=False,
        description="The workspace to work in.",
    )
    return Router("/", route_handlers=DOORS_TO_A_WORKSPACE, parameters={"workspace": workspace})
