"""What every door makes of types: the shape of what an operation takes and of what it answers."""

from collections.abc import Callable, Iterable
from inspect import Parameter
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, defstruct, structs

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.names import NOT_BLANK
from sqlrag.domain.operations import Operation, bare, read_metas

_EMPTY = ("Expected `str` of length >= 1", f"Expected `str` matching regex {NOT_BLANK!r}")


class TextDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A text to ingest."""

    text: Annotated[str, Meta(description="The text itself.")]
    id: Annotated[
        str | None, Meta(description="The source key; without it, equal texts are one document.")
    ] = None
    title: Annotated[
        str | None, Meta(description="Shown in references and searched with every chunk.")
    ] = None
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON; filters compare it.")] = {}
    tags: tuple[Annotated[str, Meta(description="A tag.")], ...] = ()
    media_type: Annotated[
        str | None,
        Meta(description="How to read the text, such as text/markdown; plain if not given."),
    ] = None
    language: Annotated[
        str | None, Meta(description="A text search configuration; detected if not given.")
    ] = None
    read: Annotated[
        tuple[Annotated[str, Meta(description="A principal.")], ...] | None,
        Meta(
            description="Who may read it, none for everybody; not given, a document that is there "
            "stays for whom it was."
        ),
    ] = None

    def make_source(self) -> Source:
        given = structs.asdict(self)
        return Source.of_text(given.pop("text"), given.pop("id"), **given)


def describe(kind: Any) -> dict[str, Any]:
    """The schema of a type, all in one: what a reference means depends on where it stands."""
    (schema,), parts = msgspec.json.schema_components((kind,), ref_template="{name}")
    described: dict[str, Any] = _put_in(schema, parts)
    return described


def _put_in(schema: Any, parts: Any) -> Any:
    if isinstance(schema, list):
        return [_put_in(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    said = {name: _put_in(value, parts) for name, value in schema.items() if name != "$ref"}
    return _put_in(parts[schema["$ref"]], parts) | said if "$ref" in schema else said


def shape_parameters(
    operation: Operation,
    parameters: Iterable[Parameter],
    read: Callable[[Any], Any] = lambda annotation: annotation,
) -> Any:
    """A struct of parameters, with what is made of their types by `read`."""
    fields = [
        (one.name, read(one.annotation), *([] if one.default is Parameter.empty else [one.default]))
        for one in parameters
    ]
    return make_struct(operation, fields)


def make_struct(operation: Operation, fields: Iterable[Any]) -> Any:
    name = "".join(part.capitalize() for part in operation.name.split("_"))
    return defstruct(name, fields, frozen=True, forbid_unknown_fields=True)


def shape_answer(operation: Operation) -> Any:
    """Of a list a struct that has it under its name, and where the next page begins."""
    if get_origin(operation.returns) is not list:
        return operation.returns
    (row,) = get_args(operation.returns)
    fields = [(operation.listed, operation.returns)]
    if operation.cursor:
        told = {"__doc__": "`next` is where the next page begins; null at the end."}
        fields = [*fields, ("next", int | None)]
        return defstruct(f"{row.__name__}Page", fields, frozen=True, namespace=told)
    name = row.__name__ + ("List" if operation.listed == "items" else "s")
    return defstruct(name, fields, frozen=True)


def wrap(operation: Operation, result: Any, limit: int | None) -> Any:
    """A result in that shape."""
    if not isinstance(result, list):
        return result
    answer: dict[str, Any] = {operation.listed: result}
    if operation.cursor:
        is_full = bool(result) and len(result) == limit
        answer["next"] = operation.cursor(result[-1]) if is_full else None
    return answer


def unbounded(annotation: Any) -> Any:
    """With its description alone, so that the use-case tells what is wrong, in its own words."""
    said = [meta.description for meta in read_metas(annotation) if meta.description]
    bounds = [f"{meta.ge} to {meta.le}" for meta in read_metas(annotation) if meta.ge is not None]
    kind = bare(annotation)
    if get_origin(kind) is Literal:
        said.append(f"One of {', '.join(get_args(kind))}.")
        kind = str
    text = " ".join([*said, *(f"From {bound}." for bound in bounds[:1])])
    return Annotated[kind, Meta(description=text)] if text else kind


def refuse(error: msgspec.ValidationError, whole: str = "the body") -> BadInput:
    """What is wrong with a value that is not of its shape, in a sentence."""
    message, _, place = str(error).partition(" - at `$")
    return BadInput(f"The request is not valid: {complain(place.strip('.`') or whole, message)}.")


def complain(place: str, message: str) -> str:
    """What msgspec says of a value, and in our words that a text is empty."""
    return f"{place} is empty" if message in _EMPTY else f"{place}: {message}"
