"""From the annotations of an operation to those that Litestar reads."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from litestar.params import QueryParameter
from msgspec import Meta

from sqlrag.domain.operations import read_metas


def query_parameter(annotation: Any, name: str | None = None) -> Any:
    """With its bounds, which Litestar enforces, and its description."""
    bounds: dict[str, Any] = {}
    for meta in read_metas(annotation):
        told = {"ge": meta.ge, "le": meta.le, "description": meta.description}
        bounds |= {key: value for key, value in told.items() if value is not None}
    if name is not None:
        bounds["name"] = name
    return Annotated[bare(annotation), QueryParameter(**bounds)]


def bare(annotation: Any) -> Any:
    """Without what is said of it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return Union[tuple(bare(part) for part in get_args(annotation))]  # noqa: UP007
    return annotation


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


def is_optional(annotation: Any) -> bool:
    return NoneType in get_args(bare(annotation))
