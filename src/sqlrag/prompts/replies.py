"""The records in what a model replied: JSON however untidy, or lines of tuples."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from sqlrag.domain.thoughts import strip_thoughts

Kind = Literal["entity", "relation", "triple", "unknown"]

_LISTS: dict[str, Kind] = {
    "entities": "entity",
    "relations": "relation",
    "relationships": "relation",
    "triples": "triple",
}
_LABEL = re.compile(r'(?<!\\)"(' + "|".join(_LISTS) + r')"\s*:\s*\[', re.IGNORECASE)
# The closing quotation mark is optional, so that no text is read twice in search of it.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|[\[\]{}]')
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*[}\]])')
_GAP = re.compile(r"[\s,]*")
_SCALAR = re.compile(r"[^,\]\n]+")
_FENCE = re.compile(r"\A\s*```\w*|```\s*\Z")
_TUPLE_HEAD = re.compile(r"(\(?)[\"']?\b(entity|relation)(?:ship)?[\"']?\s*<\|>")
_END_MARK = "<|COMPLETE|>"
_FIELDS = frozenset(("name", "source", "src", "src_id", "subject", "head"))
_TUPLE_FIELDS = {
    "entity": ("name", "type", "description"),
    "relation": ("source", "target", "description", "keywords", "weight"),
}
DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Record:
    """What a model wrote as one record; `broken` says why its text could not be decoded."""

    kind: Kind
    value: Any
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """`readable`: it says what was found, be it nothing."""

    records: tuple[Record, ...]
    readable: bool


def read_reply(text: str) -> Reply:
    """All records of a reply, whole or broken, in order. Never raises; linear in the text."""
    text = strip_thoughts(text)
    listed = _read_whole(_decode(_FENCE.sub("", text).strip()))
    if listed is not None:
        return Reply(tuple(listed), True)
    labelled = _LABEL.search(text) is not None
    is_tuples = not labelled and _TUPLE_HEAD.search(text)
    records = tuple(_read_tuples(text) if is_tuples else _salvage(text))
    says_nothing = labelled or text.strip() == _END_MARK
    return Reply(records, says_nothing or not all(record.broken for record in records))


def find_objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects in a reply that are whole, in order."""
    end = 0
    for brace in re.finditer(r"\{", text):
        if brace.start() >= end:
            with suppress(ValueError, RecursionError):
                value, end = DECODER.raw_decode(text, brace.start())
                yield value


def _read_whole(value: Any) -> list[Record] | None:
    """The records of a reply that is JSON and nothing else; None if it is of no known shape."""
    if isinstance(value, list):
        return [Record("unknown", item) for item in value]
    if not isinstance(value, dict):
        return None
    known = [(_LISTS[key], value[name]) for name in value if (key := name.lower()) in _LISTS]
    if not known:
        return None
    lists = ((kind, items if isinstance(items, list) else [items]) for kind, items in known)
    return [Record(kind, item) for kind, items in lists for item in items if item is not None]


def _salvage(text: str) -> Iterator[Record]:
    """Record by record, from the labelled lists, or from all objects where no list is labelled."""
    position = 0
    labels = list(_LABEL.finditer(text))
    for label in labels:
        if label.start() < position:  # it stands in a record
            continue
        position = _skip_gap(text, label.end())
        while position < len(text) and text[position] not in "]}":
            record, end = _read_record(text, position, _LISTS[label.group(1).lower()])
            position = _skip_gap(text, end)
            yield record
    if not labels:
        yield from _read_objects(text)


def _skip_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position


def _read_record(text: str, start: int, kind: Kind) -> tuple[Record, int]:
    """The record that starts here, and its end."""
    with suppress(ValueError, RecursionError):
        value, end = DECODER.raw_decode(text, start)
        return Record(kind, value), end
    closed = _find_end(text, start)
    if closed is None:
        return Record(kind, text[start:].strip(), "the reply breaks off in it"), len(text)
    raw = text[start:closed]
    value = _decode(raw)
    return Record(kind, raw, "it is not JSON") if value is None else Record(kind, value), closed


def _read_objects(text: str) -> Iterator[Record]:
    position = 0
    while (start := text.find("{", position)) >= 0:
        record, position = _read_record(text, start, "unknown")
        if isinstance(record.value, dict) and _FIELDS.isdisjoint(record.value):
            record = Record("unknown", text[start:position], "it has no field of a record")
        yield record


def _find_end(text: str, start: int) -> int | None:
    """Where the value that starts here is closed; None when it never is."""
    if text[start] not in "{[":
        scalar = _SCALAR.match(text, start)
        return scalar.end() if scalar else start + 1
    depth = 0
    for token in _TOKEN.finditer(text, start):
        mark = token.group()
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
            if depth == 0:
                return token.end()
    return None


def _decode(text: str) -> Any:
    """The value, read with trailing commas if need be; None when it is not JSON."""
    for tried in (text, _TRAILING_COMMA.sub(r"\1", text)):
        with suppress(ValueError, RecursionError):
            return DECODER.decode(tried)
    return None


def _read_tuples(text: str) -> Iterator[Record]:
    """`("entity"<|>name<|>type<|>description)` and
    `("relationship"<|>source<|>target<|>description<|>keywords<|>weight)`."""
    heads = list(_TUPLE_HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=True):
        raw = text[head.start() : end].replace(_END_MARK, "").strip().rstrip("#").rstrip()
        yield _read_tuple(raw, "entity" if head[2] == "entity" else "relation", bool(head[1]))


def _read_tuple(raw: str, kind: Literal["entity", "relation"], bracketed: bool) -> Record:
    whole, closed, _ = raw.rpartition(")")
    if bracketed and not closed:
        return Record(kind, raw, "the reply breaks off in it")
    body = whole if bracketed else raw.partition("\n")[0]
    _, *parts = (part.strip().strip('"').strip() for part in body.split("<|>"))
    if len(parts) < 2:
        return Record(kind, raw, "the tuple has too few fields")
    return Record(kind, dict(zip(_TUPLE_FIELDS[kind], parts, strict=False)))
