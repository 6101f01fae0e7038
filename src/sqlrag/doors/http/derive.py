"""Makes a handler of an operation: its address, its parameters, its answers and its examples."""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any, get_origin, get_type_hints

from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, HeaderParameter, PathParameter, QueryParameter
from litestar.types import Scope
from msgspec import Struct, structs

from sqlrag.app import Rag
from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import Changed
from sqlrag.domain.operations import Operation, bare, read_kind, read_metas
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.errors import IngestResults, answer_batch
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.doors.http.openapi import REQUESTS, door
from sqlrag.doors.http.repeats import Repeats
from sqlrag.doors.http.schemas import Content
from sqlrag.doors.http.tags import note_state, read_expected
from sqlrag.doors.shapes import describe, make_struct, shape_answer, shape_parameters, wrap

_BATCHES = (IngestResult, list[IngestResult])  # what became of documents
_EDITOR = "api"  # who edits, where nobody says so
_IF_MATCH: Any = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag of what is to be changed."),
]


def derive_handler(
    operation: Operation, reach: Callable[[Any], Any] = lambda rag: rag
) -> tuple[HTTPRouteHandler, ...]:
    """The handlers of an operation of a Rag, or of the object that `reach` finds of it."""
    signature = Signature(_read_parameters(operation), return_annotation=_answer(operation))
    takes, content = _read_shape(operation)

    async def handle(
        rag: Rag, scope: Any, data: Any = None, if_match: str | None = None, **given: Any
    ) -> Any:
        if data is not None:
            given |= _read_body(operation, data)
        if if_match and (states := read_expected(if_match)) is not None:
            rag = rag.if_unchanged(*states)
        result = await getattr(reach(rag), operation.name)(**given)
        note_state(scope, result)
        return _wrap(operation, result, given.get("limit"))

    handle.__name__, handle.__doc__ = operation.name, operation.docstring
    handle.__dict__["__signature__"] = signature
    annotations = {one.name: one.annotation for one in signature.parameters.values()}
    handle.__annotations__ = annotations | {"return": signature.return_annotation}
    return door(
        f"{operation.verb} /v1/{operation.path}",
        operation.summary,
        (*operation.raises, Changed) if operation.conditional else operation.raises,
        status=operation.status,
        partial=207 if operation.returns == list[IngestResult] else None,
        takes=takes,
        content=content,
        opt={} if "data" in signature.parameters else {ANY_CONTENT: True},
        role=operation.role,
        confined=operation.confined,
        conditional=operation.conditional,
        repeats=_read_repeats(operation),
    )(handle)


def _read_parameters(operation: Operation) -> list[Parameter]:
    in_body = _list_in_body(operation)
    parameters = [_keyword("rag", RagOfWorkspace), _keyword("scope", Scope)]
    if operation.conditional:
        parameters.append(_keyword("if_match", _IF_MATCH, None))
    for one in operation.parameters:
        if one not in in_body and get_origin(read_kind(one.annotation)) is not Mapping:
            parameters.append(_place(operation, one))
    if in_body:
        parameters.append(_keyword("data", Annotated[Any, Body()]))
    return parameters


def _read_repeats(operation: Operation) -> Repeats | None:
    if operation.verb != "POST" or operation.discreet:
        return None
    return "told once" if operation.secret else "kept"


def _keyword(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _list_in_body(operation: Operation) -> tuple[Parameter, ...]:
    """One that is the body, or all but what is in the path and the editor, who stands in the
    query."""
    if operation.verb not in ("POST", "PATCH"):
        return ()
    if operation.body:
        return operation.parameters[:1]
    return tuple(
        one
        for one in operation.parameters
        if one.name != "editor" and f"{{{one.name}:" not in operation.path
    )


def _place(operation: Operation, one: Parameter) -> Parameter:
    """In the path, or in the query with its description and its bounds, which Litestar enforces."""
    said: dict[str, Any] = {
        name: value
        for meta in read_metas(one.annotation)
        for name in ("ge", "le", "min_length", "pattern", "description")
        if (value := getattr(meta, name)) is not None
    }
    if f"{{{one.name}:" in operation.path:
        return _keyword(one.name, Annotated[bare(one.annotation), PathParameter(**said)])
    default = _EDITOR if one.name == "editor" else one.default
    kind = bare(one.annotation) if default is None else read_kind(one.annotation)
    if get_origin(kind) is Sequence:  # it is given one by one
        said["name"] = one.name.removesuffix("s")
    return _keyword(one.name, Annotated[kind, QueryParameter(**said)], default)


def _read_shape(operation: Operation) -> tuple[Any, Content | None]:
    """What the body is decoded as, and how it is described where that is not enough."""
    parameters = _list_in_body(operation)
    if not parameters or (isinstance(operation.body, type) and issubclass(operation.body, Struct)):
        return operation.body, None
    if operation.body:  # options, each of which may be null; what is wrong the method tells
        hints = get_type_hints(operation.body, include_extras=True)
        described = make_struct(operation, [(name, hints[name] | None, None) for name in hints])
        example = REQUESTS[operation.name]
        return dict[str, Any], {"application/json": (describe(described), example)}
    return shape_parameters(operation, parameters), None


def _read_body(operation: Operation, data: Any) -> dict[str, Any]:
    if isinstance(data, dict):
        return data
    given = structs.asdict(data)
    return {operation.parameters[0].name: given} if operation.body else given


def _answer(operation: Operation) -> Any:
    return IngestResults if operation.returns in _BATCHES else shape_answer(operation)


def _wrap(operation: Operation, result: Any, limit: int | None) -> Any:
    if operation.returns in _BATCHES:
        return answer_batch(result if isinstance(result, list) else [result])
    return wrap(operation, result, limit)
