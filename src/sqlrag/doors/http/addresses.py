"""Which workspace a request is for: the one that its address names, or the one that is meant."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias
from urllib.parse import quote, unquote

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter, SkipValidation
from litestar.types import Scope

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput
from sqlrag.domain.names import LONGEST_NAME, check_text
from sqlrag.domain.retrieval import Reference

Locate = Callable[[Reference], str]
ACCESS = "sqlrag_access"  # of a scope's state: what who asks may do
NAMED_BY = "named_by"  # of a door, the header that names a workspace where the address does not
# Of the workspace that the request is for.
RagOfWorkspace: TypeAlias = NamedDependency[SkipValidation[Rag]]
_LONG = "/v1/workspaces/{workspace:str}"
_INSIDE = ("/v1/", "/api/", "/mcp", "/lightrag/")  # how addresses begin of what is in a workspace
_Workspace: Any = Annotated[
    str,
    PathParameter(
        description="A workspace by its name, percent-encoded.",
        max_length=LONGEST_NAME,
        # Told only: what is wrong with a name is told in words where one is made.
        schema_extra={"pattern": r"^[^/\x00-\x1f\x7f-\x9f]+$"},
    ),
]


def list_paths(path: str) -> tuple[str, ...]:
    """The paths of a door: as it is described, and for what is in a workspace the short one too."""
    in_workspace = path.startswith(_INSIDE) and not path.startswith("/v1/workspaces")
    return (_LONG + path.removeprefix("/v1"), path) if in_workspace else (path,)


def names_workspace(path: str) -> bool:
    return path.startswith(_LONG)


def read_named(scope: Any) -> str | None:
    """The workspace that a request names, whichever way: the one that keys are checked for, and
    the one that it gets. Raises BadInput for two."""
    in_address: str | None = scope["path_params"].get("workspace")
    header = scope["route_handler"].opt.get(NAMED_BY)
    given = dict(scope["headers"]).get(header, b"").strip() if header else b""
    if not given:
        return in_address
    name = check_text("The name of a workspace", unquote(given.decode("utf-8", "replace")))
    if in_address not in (None, name):
        raise BadInput(
            f"The address names one workspace and the header {header.decode()} another; name one."
        )
    return name


def provide_rag(path: str) -> Provide:
    """The `rag` of a door at a path."""
    return Provide(_in_named if names_workspace(path) else _in_meant, sync_to_thread=False)


def locate(rag: Rag, path: str) -> str:
    """The address of what is in the workspace of a request."""
    return f"/v1/workspaces/{quote(rag.workspace, safe='')}/{path}"


def locating(rag: Rag, request: Request[Any, Any, Any]) -> Locate:
    """Where the source of a reference is: its own address, or that of the document here."""

    def locate_source(reference: Reference) -> str:
        key, page = reference.source_key, f"#page={reference.page}" if reference.page else ""
        if key.startswith(("https://", "http://")):
            return key + page
        path = locate(rag, f"documents/{reference.document_id}/content")
        return f"{str(request.base_url).rstrip('/')}{path}{page}"

    return locate_source


async def check_named(rag: Rag, scope: Scope) -> None:
    """Raises NotFound for a workspace that the address names and that is not there. The one that is
    meant without a name may be made later: what needs nothing of it is had on the first day."""
    if "workspace" in scope["path_params"]:
        await rag.workspaces.get(rag.workspace)


def _in_named(state: State, scope: Scope, workspace: _Workspace) -> Any:
    name = check_text("The name of a workspace", workspace)
    return state.rag.in_workspace(name, scope["state"][ACCESS])


def _in_meant(state: State, scope: Scope) -> Any:
    access = scope["state"][ACCESS]
    return state.rag.in_workspace(read_named(scope) or access.workspace or state.workspace, access)
