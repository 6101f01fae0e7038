"""What an endpoint says of a request that it refuses, in whatever JSON, text or page it says it."""

import json
import re
from collections.abc import Iterator
from typing import Any

# Where OpenAI and others put a reason, the most telling first; what a field is called comes last.
_SAYING = (
    *("message", "msg", "detail", "error_message", "error_msg", "errormessage"),
    *("error_description", "status_msg", "reason", "description", "error", "title"),
)
_NAMING = ("param", "parameter", "field")
_MOST, _DEEPEST = 4, 8  # reasons that are told, and how far down they are looked for
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def read_reason(text: str) -> str:
    """The reason in the body of an error: all of it where it is neither JSON nor a page."""
    text = text.strip()
    if text.startswith("<"):
        title = _TITLE.search(text)
        return (title[1] if title else _TAG.sub(" ", text)).strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return find_reason(value) or text


def find_reason(value: Any) -> str:
    """The reason in decoded JSON; empty where nothing looks like one."""
    found = dict.fromkeys(
        " ".join(one.split()).rstrip(".") for one in _find(value, _DEEPEST, says=True)
    )
    return "; ".join([one for one in found if one][:_MOST])


def _find(value: Any, depth: int, says: bool = False) -> Iterator[str]:
    """Texts where a reason is said, near ones first, each with the field that it is about."""
    if depth == 0:
        return
    if isinstance(value, str):
        nested = _decode(value) if value.lstrip().startswith(("{", "[{")) else None
        if nested is not None:
            yield from _find(nested, depth - 1)
        elif says:
            yield value
    elif isinstance(value, list):
        for one in value[:_MOST]:
            yield from _find(one, depth - 1, says)
    elif isinstance(value, dict):
        yield from _find_in_object({key.lower(): one for key, one in value.items()}, depth)


def _find_in_object(value: dict[str, Any], depth: int) -> Iterator[str]:
    place = value.get("loc")
    where = [str(part) for part in place if part != "body"] if isinstance(place, list) else []
    where += [value[name] for name in _NAMING if isinstance(value.get(name), str)]
    field = ".".join(where)
    for key in _SAYING:
        for said in _find(value.get(key), depth - 1, says=True):
            known = not field or re.search(rf"\b{re.escape(field)}\b", said)
            yield said if known else f"{said.rstrip('.')} ({field})"
    for key, one in value.items():
        if key not in _SAYING and key != "input" and isinstance(one, dict | list):
            yield from _find(one, depth - 1)


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
