"""Reads the records of a custom graph, finds the chunk of each, or names the one that is wrong."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph import ChunkExtraction, ExtractedEntity, ExtractedRelation

_SEPARATOR = "<SEP>"
_LISTS = ("chunks", "entities", "relationships")


@dataclass(frozen=True, slots=True)
class CustomDocument:
    """A document whose chunks are given, and perhaps what is to be found in each of them."""

    source_key: str
    text: str
    chunks: tuple[str, ...]
    char_starts: tuple[int, ...]
    extractions: tuple[ChunkExtraction, ...] = ()


@dataclass(slots=True)
class _Chunk:
    """A chunk and the records that lead to it; of entities and relations, the first of a name."""

    content: str
    order: int
    entities: dict[str, ExtractedEntity] = field(default_factory=dict)
    relations: list[ExtractedRelation] = field(default_factory=list)

    def extraction(self) -> ChunkExtraction:
        return ChunkExtraction(tuple(self.entities.values()), tuple(self.relations))


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of a list, which knows where it stands."""

    place: str
    fields: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        value = self.fields.get(name)
        value = default if value is None else value
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise BadInput(f'{self.place} has no "{name}"; give it one, a text.')
        return check_text(f'The "{name}" of {self.place}', value.strip())

    def number(self, name: str, default: float) -> float:
        value = self.fields.get(name, default)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not isfinite(value) or value <= 0:
            raise BadInput(f'The "{name}" of {self.place} is {value!r}; use a number above 0.')
        return float(value)

    def whole_number(self, name: str) -> int:
        value = self.fields.get(name, 0)
        if not isinstance(value, int):
            raise BadInput(f'The "{name}" of {self.place} is {value!r}; use a whole number.')
        return value


def read_custom_kg(custom_kg: Mapping[str, Any], source_key: str | None) -> list[CustomDocument]:
    """The documents of a custom graph: one of `source_key`, else one per file_path.

    Chunks without a file_path are one document, named by what they say. Raises BadInput, which
    names the record that cannot be used.
    """
    if source_key is not None:
        check_text("full_doc_id", source_key)
    lists = _read_lists(custom_kg)
    documents: dict[str | None, list[_Chunk]] = {}
    sources: dict[str, list[_Chunk]] = {}
    for record in lists["chunks"]:
        chunk = _Chunk(record.text("content"), record.whole_number("chunk_order_index"))
        key = source_key or record.text("file_path", "") or None
        documents.setdefault(key, []).append(chunk)
        sources.setdefault(record.text("source_id"), []).append(chunk)
    types = _read_entities(lists["entities"], sources)
    _read_relationships(lists["relationships"], sources, types)
    return [_draft(key, chunks) for key, chunks in documents.items()]


def check_text(what: str, value: str) -> str:
    """The text; raises BadInput for one that Postgres cannot store."""
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadInput(f"{what} holds a character that Postgres cannot store; take it out.")
    return value


def join_chunks(chunks: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """The text of chunks one after another, and where each begins."""
    starts, at = [], 0
    for chunk in chunks:
        starts.append(at)
        at += len(chunk) + 2
    return "\n\n".join(chunks), tuple(starts)


def _read_lists(custom_kg: Mapping[str, Any]) -> dict[str, list[_Record]]:
    if not isinstance(custom_kg, Mapping):
        raise BadInput(f"A custom graph is a mapping of {', '.join(_LISTS)}.")
    if unknown := sorted(str(name) for name in custom_kg if name not in _LISTS):
        raise BadInput(f'A custom graph has no "{unknown[0]}"; it has {", ".join(_LISTS)}.')
    return {name: list(_read_list(name, custom_kg.get(name, ()))) for name in _LISTS}


def _read_list(name: str, records: Any) -> Iterator[_Record]:
    if not isinstance(records, list | tuple):
        raise BadInput(f'"{name}" of a custom graph is a list of records.')
    for number, fields in enumerate(records):
        if not isinstance(fields, Mapping):
            raise BadInput(f"{name}[{number}] is not a record; give a mapping of its fields.")
        yield _Record(f"{name}[{number}]{_call(fields)}", fields)


def _call(fields: Mapping[str, Any]) -> str:
    names = [fields[key] for key in ("entity_name", "src_id", "tgt_id") if key in fields]
    return f' ("{" — ".join(str(name) for name in names)[:80]}")' if names else ""


def _read_entities(records: list[_Record], sources: dict[str, list[_Chunk]]) -> dict[str, str]:
    """Mentions of the entities in their chunks; returns the first type of each name."""
    types: dict[str, str] = {}
    for record in records:
        name = record.text("entity_name")
        kind = record.text("entity_type", "concept") or "concept"
        types.setdefault(name, kind)
        entity = ExtractedEntity(name, kind, record.text("description", ""))
        for chunk in _find_chunks(record, sources):
            chunk.entities.setdefault(name, entity)
    return types


def _read_relationships(
    records: list[_Record], sources: dict[str, list[_Chunk]], types: Mapping[str, str]
) -> None:
    """Evidence in the chunks; a weight is shared by them, and both ends are mentioned there too."""
    for record in records:
        source, target = record.text("src_id"), record.text("tgt_id")
        if source == target:
            raise BadInput(f"{record.place} relates an entity to itself; relate two.")
        chunks = _find_chunks(record, sources)
        relation = ExtractedRelation(
            source,
            target,
            record.text("keywords", ""),
            record.text("description", ""),
            record.number("weight", 1.0) / len(chunks),
        )
        for chunk in chunks:
            chunk.relations.append(relation)
            for name in (source, target):
                end = ExtractedEntity(name, types.get(name, "concept"))
                chunk.entities.setdefault(name, end)


def _find_chunks(record: _Record, sources: dict[str, list[_Chunk]]) -> list[_Chunk]:
    found = []
    for source_id in record.text("source_id").split(_SEPARATOR):
        if source_id.strip() not in sources:
            raise BadInput(
                f'{record.place} has the source_id "{source_id.strip()}", which no chunk has; '
                "give the chunk, or the source_id of one that is given."
            )
        found += sources[source_id.strip()]
    return found


def _draft(source_key: str | None, chunks: list[_Chunk]) -> CustomDocument:
    ordered = sorted(chunks, key=lambda chunk: chunk.order)
    contents = tuple(chunk.content for chunk in ordered)
    text, starts = join_chunks(contents)
    key = source_key or "custom-" + hashlib.sha256(text.encode()).hexdigest()[:16]
    return CustomDocument(
        key, text, contents, starts, tuple(chunk.extraction() for chunk in ordered)
    )
