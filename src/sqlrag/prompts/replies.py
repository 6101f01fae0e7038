"""The records in what a model replied: JSON however untidy, or lines of tuples."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

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
THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCE = re.compile(r"\A\s*```\w*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_TUPLE_HEAD = re.compile(r"\(?[\"']?\b(?:entity|relation(?:ship)?)[\"']?\s*<\|>")
_END_MARK = "<|COMPLETE|>"
_FIELDS = frozenset(("name", "source", "src", "src_id", "subject", "head"))
_TUPLE_FIELDS: dict[Kind, tuple[str, ...]] = {
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
    text = THOUGHT.sub("", text)
    fenced = _FENCE.match(text)
    whole = _decode(fenced.group(1) if fenced else text.strip())
    if whole is not None and (listed := _read_whole(whole)) is not None:
        return Reply(tuple(listed), True)
    if _TUPLE_HEAD.search(text) and not _LABEL.search(text):
        records = tuple(_read_tuples(text))
        return Reply(records, any(not record.broken for record in records))
    records = tuple(_salvage(text))
    return Reply(records, any(not r.broken for r in records) or _says_nothing(text))


def _read_whole(value: Any) -> list[Record] | None:
    """The records of a reply that is JSON and nothing else; None if it is of no known shape."""
    if isinstance(value, list):
        return [Record("unknown", item) for item in value]
    if not isinstance(value, dict):
        return None
    records: list[Record] = []
    known = False
    for name, items in value.items():
        kind = _LISTS.get(name.lower())
        if kind is None:
            continue
        known = True
        listed = items if isinstance(items, list) else [items]
        records.extend(Record(kind, item) for item in listed if item is not None)
    return records if known else None


def _salvage(text: str) -> Iterator[Record]:
    """Record by record, from the labelled lists, or from all objects where no list is labelled."""
    position = 0
    labels = False
    while label := _LABEL.search(text, position):
        labels = True
        position = label.end()
        for record, end in _read_list(text, position, _LISTS[label.group(1).lower()]):
            position = end
            if record:
                yield record
    if not labels:
        yield from _read_objects(text)


def _read_list(text: str, position: int, kind: Kind) -> Iterator[tuple[Record | None, int]]:
    """The records of a list from behind its bracket, each with the end of what was read."""
    while True:
        gap = _GAP.match(text, position)
        position = gap.end() if gap else position
        if position >= len(text) or text[position] in "]}":
            yield None, position
            return
        record, position = _read_record(text, position, kind)
        yield record, position


def _read_record(text: str, start: int, kind: Kind) -> tuple[Record, int]:
    try:
        value, end = DECODER.raw_decode(text, start)
        return Record(kind, value), end
    except (ValueError, RecursionError):
        pass
    closed = _find_end(text, start)
    if closed is None:
        return Record(kind, text[start:].strip(), "the reply breaks off in it"), len(text)
    raw = text[start:closed]
    value = _decode(raw)
    broken = None if value is not None else "it is not JSON"
    return Record(kind, raw if broken else value, broken), closed


def _read_objects(text: str) -> Iterator[Record]:
    position = text.find("{")
    while position >= 0:
        start = position
        record, position = _read_record(text, start, "unknown")
        if isinstance(record.value, dict) and _FIELDS.isdisjoint(record.value):
            record = Record("unknown", text[start:position], "it has no field of a record")
        yield record
        position = text.find("{", position)


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
    for repair in (str, _without_trailing_commas):
        try:
            return DECODER.decode(repair(text))
        except (ValueError, RecursionError):
            continue
    return None


def _without_trailing_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", text)


def _says_nothing(text: str) -> bool:
    return _LABEL.search(text) is not None or text.strip() == _END_MARK


def _read_tuples(text: str) -> Iterator[Record]:
    """`("entity"<|>name<|>type<|>description)` and
    `("relationship"<|>source<|>target<|>description<|>keywords<|>weight)`."""
    heads = [match.start() for match in _TUPLE_HEAD.finditer(text)]
    for start, end in pairwise((*heads, len(text))):
        yield _read_tuple(text[start:end].replace(_END_MARK, "").strip().rstrip("#").rstrip())


def _read_tuple(raw: str) -> Record:
    whole, bracket, _ = raw.rpartition(")")
    if raw.startswith("(") and not bracket:
        return Record(_tuple_kind(raw), raw, "the reply breaks off in it")
    body = whole if raw.startswith("(") else raw.partition("\n")[0]
    parts = [part.strip().strip('"').strip() for part in body.removeprefix("(").split("<|>")]
    kind = _tuple_kind(raw)
    names = _TUPLE_FIELDS[kind]
    if len(parts) - 1 < 2:
        return Record(kind, raw, "the tuple has too few fields")
    return Record(kind, dict(zip(names, parts[1:], strict=False)))


def _tuple_kind(raw: str) -> Kind:
    return "entity" if raw.lstrip("(\"'").startswith("entity") else "relation"
