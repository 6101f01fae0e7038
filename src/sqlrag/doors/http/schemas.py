"""JSON schemas of what doors take and stream, by the very types that are decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from litestar.openapi.spec import (
    Example,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    RequestBody,
)
from litestar.openapi.spec.schema import Schema

# By media type: the schema and an example.
Content = Mapping[str, tuple[dict[str, Any], Any]]
_AGAIN = OpenAPIHeader(
    schema=Schema(type="integer"),  # type: ignore[arg-type]
    description="After how many seconds to ask again, where too much is asked at once.",
)


def describe(kind: Any) -> dict[str, Any]:
    """The schema of a type, all in one: what a reference means depends on where it stands."""
    (schema,), parts = msgspec.json.schema_components((kind,), ref_template="{name}")
    described: dict[str, Any] = _put_in(schema, parts)
    return described


def _put_in(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_put_in(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    said = {name: _put_in(value, parts) for name, value in schema.items() if name != "$ref"}
    return _put_in(parts[schema["$ref"]], parts) | said if "$ref" in schema else said


def describe_event(name: str, kind: Any) -> dict[str, Any]:
    """Of a stream of events: a name and data that is JSON."""
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": describe(kind),
    }
    return {
        "title": name,
        "type": "object",
        "properties": {"event": {"const": name}, "data": data},
        "required": ["event", "data"],
    }


def describe_operation(takes: Content, status: int, streams: Content) -> type[Operation]:
    """Litestar describes one kind of body, and none of what is streamed."""

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            answers: Any = self.responses or {}
            if takes:
                self.request_body = RequestBody(required=True, content=_describe_content(takes))
            if streams:
                answers[str(status)].content = _describe_content(streams)
            busy = answers.get(str(HTTPStatus.SERVICE_UNAVAILABLE.value))
            if isinstance(busy, OpenAPIResponse):
                busy.headers = {"Retry-After": _AGAIN}

    return Described


def _describe_content(content: Content) -> dict[str, OpenAPIMediaType]:
    return {
        media_type: OpenAPIMediaType(
            schema,  # type: ignore[arg-type]
            examples={} if example is None else {"example": Example(value=example)},
        )
        for media_type, (schema, example) in content.items()
    }
