"""Filters on attributes, as clients of OpenAI write them, and attributes themselves."""

from collections.abc import Mapping
from typing import Annotated, Any

from sqlrag.domain.errors import BadInput
from sqlrag.doors.http.dialects.conversations import tell

_COMPARISONS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")
_JOINTS = ("and", "or")
_DEEPEST = 20
Filters = Annotated[
    dict[str, Any] | None,
    tell(
        "A comparison of an attribute (`type` is eq, ne, gt, gte, lt, lte, in or nin), or several "
        "`filters` joined by `type` and, or.",
        properties={"type": {"enum": [*_COMPARISONS, *_JOINTS]}, "filters": {"type": "array"}},
        required=["type"],
        examples=[{"type": "gte", "key": "year", "value": 2023}],
    ),
]
Attributes = Annotated[
    dict[str, Any] | None,
    tell(
        "Texts, numbers and flags by their names: the metadata of the document.",
        additionalProperties={"type": ["string", "number", "boolean"]},
    ),
]


def read_filters(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same as filters of a question. Raises BadInput."""
    return {"metadata": _read(given, 1)} if given else None


def _read(one: Any, depth: int) -> dict[str, Any]:
    kind = one.get("type") if isinstance(one, Mapping) else None
    if depth > _DEEPEST:
        raise BadInput(f"The filters are nested more than {_DEEPEST} deep; write them flatter.")
    if kind in _JOINTS:
        inner = one.get("filters")
        if not isinstance(inner, list) or not inner:
            raise BadInput(f'The filter "{kind}" joins no filters; give a list of one at least.')
        return {f"${kind}": [_read(each, depth + 1) for each in inner]}
    if kind in _COMPARISONS:
        return _compare(kind, one.get("key"), one.get("value"))
    raise BadInput(
        f'A filter has the type "{str(kind)[:40]}"; use one of '
        f"{', '.join((*_COMPARISONS, *_JOINTS))}."
    )


def _compare(kind: str, key: Any, value: Any) -> dict[str, Any]:
    if not isinstance(key, str) or key.startswith("$"):
        raise BadInput(f'The filter "{kind}" has no key that names an attribute; give one.')
    is_list = kind in ("in", "nin")
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) != is_list or not all(map(_is_plain, values)):
        wanted = "a list of texts, numbers or flags" if is_list else "a text, a number or a flag"
        raise BadInput(f'The filter "{kind}" on "{key[:80]}" needs {wanted} as its value.')
    return {key: {f"${kind}": value}}


def read_attributes(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Raises BadInput for what no filter compares."""
    for name, value in (given or {}).items():
        if not _is_plain(value):
            raise BadInput(
                f'The attribute "{name[:80]}" is no text, number or flag; give one of these.'
            )
    return dict(given or {})


def show_attributes(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a document that clients know, of what may be any JSON."""
    return {name: value for name, value in metadata.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)
