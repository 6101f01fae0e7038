"""Which workspace a request is for: the one that its address names, or the one that is meant."""

from typing import Annotated, Any, TypeAlias
from urllib.parse import quote

from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter, SkipValidation
from litestar.types import Scope

from sqlrag.app import Rag
from sqlrag.domain.names import LONGEST_NAME, check_text

ACCESS = "sqlrag_access"  # of a scope's state: what who asks may do
# Of the workspace that the request is for.
RagOfWorkspace: TypeAlias = NamedDependency[SkipValidation[Rag]]
_LONG = "/v1/workspaces/{workspace:str}"
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
    within = path.startswith(("/v1/", "/api/", "/mcp"))
    in_workspace = within and not path.startswith("/v1/workspaces")
    return (_LONG + path.removeprefix("/v1"), path) if in_workspace else (path,)


def names_workspace(path: str) -> bool:
    return path.startswith(_LONG)


def provide_rag(path: str) -> Provide:
    """The `rag` of a door at a path."""
    return Provide(_in_named if names_workspace(path) else _in_meant, sync_to_thread=False)


def locate(rag: Rag, path: str) -> str:
    """The address of what is in the workspace of a request."""
    return f"/v1/workspaces/{quote(rag.workspace, safe='')}/{path}"


def _in_named(state: State, scope: Scope, workspace: _Workspace) -> Any:
    name = check_text("The name of a workspace", workspace)
    return state.rag.in_workspace(name, scope["state"][ACCESS])


def _in_meant(state: State, scope: Scope) -> Any:
    access = scope["state"][ACCESS]
    return state.rag.in_workspace(access.workspace or state.workspace, access)
