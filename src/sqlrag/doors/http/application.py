"""Puts the doors into one application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

from litestar import Litestar, Router
from litestar.params import QueryParameter

from sqlrag.doors.http.custom import CUSTOM_DOORS
from sqlrag.doors.http.documents import (
    delete_document,
    delete_documents,
    get_document,
    ingest_documents,
    list_chunks,
    list_documents,
    list_workspaces,
)
from sqlrag.doors.http.errors import JsonRequest, answer_error
from sqlrag.doors.http.extraction import configure_extraction, get_extraction
from sqlrag.doors.http.graph import GRAPH_DOORS
from sqlrag.doors.http.graph_edits import EDITING_DOORS
from sqlrag.doors.http.health import check_live, check_ready
from sqlrag.doors.http.indexing import Indexing
from sqlrag.doors.http.openapi import describe_api
from sqlrag.doors.http.query import query, query_data, stream_query
from sqlrag.doors.http.services import DEPENDENCIES, Services

DOORS_TO_A_WORKSPACE = [
    ingest_documents,
    list_documents,
    get_document,
    delete_document,
    delete_documents,
    list_chunks,
    query,
    query_data,
    stream_query,
    *GRAPH_DOORS,
    *EDITING_DOORS,
    *CUSTOM_DOORS,
]
OTHER_DOORS = [list_workspaces, get_extraction, configure_extraction, check_live, check_ready]
# A file of the largest size travels in a form, which adds some bytes of its own.
FORM_BYTES = 2**16


def create_app(
    open_services: Callable[[], AbstractAsyncContextManager[Services]],
    workspace: str,
    max_file_bytes: int,
) -> Litestar:
    """The application; services are opened when it starts, in the process that serves.

    `workspace` is the one of requests that name none.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with (
            open_services() as services,
            aclosing(Indexing(services.ingesting, services.summarizing)) as indexing,
        ):
            app.state.services, app.state.indexing = services, indexing
            yield

    return Litestar(
        route_handlers=[_in_workspace(workspace), *OTHER_DOORS],
        lifespan=[lifespan],
        dependencies=dict(DEPENDENCIES),
        request_class=JsonRequest,
        exception_handlers={Exception: answer_error},
        request_max_body_size=max_file_bytes + FORM_BYTES,
        openapi_config=describe_api(),
        # Logging belongs to whoever runs the process.
        logging_config=None,
    )


def _in_workspace(default: str) -> Router:
    workspace = QueryParameter(
        name="workspace",
        annotation=str,
        default=default,
        required=False,
        description="The workspace to work in.",
    )
    return Router("/", route_handlers=DOORS_TO_A_WORKSPACE, parameters={"workspace": workspace})
