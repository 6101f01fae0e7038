"""JSON schemas of what doors take and stream, by the very types that are decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    Operation,
    RequestBody,
)

from sqlrag.doors.http.manners import Manners
from sqlrag.doors.shapes import describe

# By media type: the schema and an example.
Content = Mapping[str, tuple[dict[str, Any], Any]]


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


def describe_operation(
    takes: Content, status: int, streams: Content, manners: Manners
) -> type[Operation]:
    """Litestar describes one kind of body, and none of what is streamed."""

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            answers: Any = self.responses or {}
            if takes:
                self.request_body = RequestBody(required=True, content=_describe_content(takes))
            if streams:
                answers[str(status)].content = _describe_content(streams)
            manners.describe(self)

    return Described


def _describe_content(content: Content) -> dict[str, OpenAPIMediaType]:
    return {
        media_type: OpenAPIMediaType(
            schema,  # type: ignore[arg-type]
            examples={} if example is None else {"example": Example(value=example)},
        )
        for media_type, (schema, example) in content.items()
    }
