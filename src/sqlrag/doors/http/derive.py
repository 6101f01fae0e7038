"""Makes a handler of an operation: its address, its parameters, its answers and its examples."""

from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any, get_args, get_origin

from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from msgspec import defstruct

from sqlrag.domain.errors import BadInput, DatabaseError
from sqlrag.domain.operations import Operation, bare, read_kind, read_metas, read_operations
from sqlrag.doors.http.openapi import body, door

_WORKSPACES = "workspaces"
_EDITOR = "api"  # who edits, where nobody says so


def derive_handlers(
    owner: type, reach: Callable[[Any], Any] = lambda rag: rag
) -> Iterator[HTTPRouteHandler]:
    """The handlers of the operations of a class, an object of which a Rag is or `reach` finds."""
    for operation in read_operations(owner):
        yield _derive(operation, reach)


def _derive(operation: Operation, reach: Callable[[Any], Any]) -> HTTPRouteHandler:
    signature = Signature(_read_parameters(operation), return_annotation=_answer(operation))

    async def handle(state: State, workspace: str | None = None, **given: Any) -> Any:
        rag = state.rag if workspace is None else state.rag.in_workspace(workspace)
        if (data := given.pop("data", None)) is not None:
            given |= {name: getattr(data, name) for name in data.__struct_fields__}
        result = await getattr(reach(rag), operation.name)(**given)
        return _wrap(operation, result, given.get("limit"))

    handle.__name__, handle.__doc__ = operation.name, operation.docstring
    handle.__dict__["__signature__"] = signature
    handle.__annotations__ = {
        **{one.name: one.annotation for one in signature.parameters.values()},
        "return": signature.return_annotation,
    }
    takes = operation.parameters or "{" in operation.path or operation.path.startswith("graph")
    return door(
        f"{operation.verb} {_path(operation)}",
        operation.summary,
        operation.raises,
        status=operation.status,
        always=(BadInput, DatabaseError) if takes else (DatabaseError,),
    )(handle)


def _path(operation: Operation) -> str:
    path = f"/v1/{operation.path}".replace("{workspace}", "{workspace:str}")
    for one in operation.parameters:
        kind = "int" if bare(one.annotation) is int else "str"
        path = path.replace(f"{{{one.name}}}", f"{{{one.name}:{kind}}}")
    return path


def _read_parameters(operation: Operation) -> list[Parameter]:
    parameters = [Parameter("state", Parameter.KEYWORD_ONLY, annotation=State)]
    if "{workspace}" in operation.path or not operation.path.startswith(_WORKSPACES):
        kind = FromPath[str] if "{workspace}" in operation.path else str
        parameters.append(Parameter("workspace", Parameter.KEYWORD_ONLY, annotation=kind))
    in_body = operation.verb in ("POST", "PATCH")
    for one in operation.parameters:
        keyword = one.replace(kind=Parameter.KEYWORD_ONLY)
        if f"{{{one.name}}}" in operation.path:
            in_path: Any = FromPath
            parameters.append(keyword.replace(annotation=in_path[bare(one.annotation)]))
        elif one.name == "editor":
            editor = Annotated[str, *get_args(_query_parameter(one.annotation))[1:]]
            parameters.append(keyword.replace(annotation=editor, default=_EDITOR))
        elif not in_body and get_origin(read_kind(one.annotation)) is not Mapping:
            parameters.append(keyword.replace(annotation=_query_parameter(one.annotation)))
    if in_body:
        shape: Any = _make_body(operation)
        data: Any = Annotated[shape, body(operation.name)]
        parameters.append(Parameter("data", Parameter.KEYWORD_ONLY, annotation=data))
    return parameters


def _query_parameter(annotation: Any) -> Any:
    """With its bounds, which Litestar enforces, and its description."""
    said: dict[str, Any] = {
        name: value
        for meta in read_metas(annotation)
        for name in ("ge", "le", "description")
        if (value := getattr(meta, name)) is not None
    }
    return Annotated[bare(annotation), QueryParameter(**said)]


def _make_body(operation: Operation) -> Any:
    """A struct of what the method takes, but for the editor, who stands in the query."""
    wanted: list[Any] = [
        (one.name, one.annotation, *([] if one.default is Parameter.empty else [one.default]))
        for one in operation.parameters
        if one.name != "editor"
    ]
    name = "".join(part.capitalize() for part in operation.name.split("_"))
    return defstruct(name, wanted, frozen=True, forbid_unknown_fields=True)


def _answer(operation: Operation) -> Any:
    if get_origin(operation.returns) is not list:
        return operation.returns
    (row,) = get_args(operation.returns)
    rows: Any = list[row]  # type: ignore[valid-type]
    fields = [(operation.listed, rows)]
    if operation.cursor:
        told = {"__doc__": "`next` is where the next page begins; null at the end."}
        fields = [*fields, ("next", int | None)]
        return defstruct(f"{row.__name__}Page", fields, frozen=True, namespace=told)
    name = row.__name__ + ("List" if operation.listed == "items" else "s")
    return defstruct(name, fields, frozen=True)


def _wrap(operation: Operation, result: Any, limit: int | None) -> Any:
    """A list goes out under its name, and with where the next page begins if there is a cursor."""
    if not isinstance(result, list):
        return result
    answer: dict[str, Any] = {operation.listed: result}
    if operation.cursor:
        is_full = bool(result) and len(result) == limit
        answer["next"] = operation.cursor(result[-1]) if is_full else None
    return answer
