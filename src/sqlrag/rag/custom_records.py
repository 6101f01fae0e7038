"""Reads the records of a custom graph, finds the chunk of each, or names the one that is wrong."""

import asyncio
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import accumulate
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, ValidationError, convert, defstruct
from msgspec.json import schema as json_schema

from sqlrag.domain.documents import ChunkDraft, ParsedDocument, PreparedDocument, Source
from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph import (
    ChunkExtraction,
    DocumentText,
    ExtractedEntity,
    ExtractedRelation,
    ExtractionOptions,
)
from sqlrag.domain.names import Words, check_text
from sqlrag.parsing import count_tokens, detect_language


class _Record(Struct, frozen=True):
    """`place` is where it stands; the rest is as it is given, without white space around it."""

    place: str
    source_id: Words


class _Chunk(_Record, frozen=True):
    content: Words
    chunk_order_index: int = 0
    file_path: str = ""


class _Entity(_Record, frozen=True):
    entity_name: Words
    entity_type: str = ""
    description: str = ""


class _Relationship(_Record, frozen=True):
    src_id: Words
    tgt_id: Words
    keywords: str = ""
    description: str = ""
    weight: Annotated[float, Meta(gt=0, le=1e300)] = 1.0


def _list_of(kind: type[_Record], most: int) -> Any:
    """Mappings, which are described as records and read one by one, each in our words."""
    described = json_schema(kind)["$defs"][kind.__name__]
    required = [name for name in described["required"] if name != "place"]
    fields = {
        name: {"anyOf": [field, {"type": "null"}]} if name not in required else field
        for name, field in described["properties"].items()
        if name != "place"
    }
    said = {"title": kind.__name__[1:], "properties": fields, "required": required}
    record = Annotated[dict[str, Any], Meta(extra_json_schema=said)]
    return Annotated[list[record], Meta(max_length=most)]


# Chunks, and the entities and relationships that are found in them, by `source_id`. Of a request:
# 500 relationships, each with its ends, are 40 ms of the event loop to write.
CustomKg: Any = defstruct(
    "CustomKg",
    [
        ("chunks", _list_of(_Chunk, 1_000), []),
        ("entities", _list_of(_Entity, 1_000), []),
        ("relationships", _list_of(_Relationship, 500), []),
    ],
    frozen=True,
    forbid_unknown_fields=True,
)
_Chunks = dict[str, list[_Chunk]]
_LISTS: dict[str, type[_Record]] = {
    "chunks": _Chunk,
    "entities": _Entity,
    "relationships": _Relationship,
}
_NUMBERS = {"weight": "a number above 0", "chunk_order_index": "a whole number"}


@dataclass(frozen=True)
class CustomDocument:
    """A document whose chunks are given, and perhaps what is to be found in each of them.

    It is its own parser and, where that is given, its own extractor.
    """

    reads_whole_documents: ClassVar[bool] = True

    source_key: str
    text: str
    chunks: tuple[str, ...]
    char_starts: tuple[int, ...]
    extractions: tuple[ChunkExtraction, ...] = ()

    @cached_property
    def data(self) -> bytes:
        """What tells whether anything has changed."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()

    @cached_property
    def model(self) -> str:
        """Of another name for another graph, so that equal chunks take up what is new."""
        return f"given {hashlib.sha256(self.data).hexdigest()[:16]}"

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        return list(self.extractions)

    async def prepare(self, source: Source) -> PreparedDocument:
        counts = await asyncio.to_thread(count_tokens, self.chunks)
        language = await asyncio.to_thread(detect_language, self.text)
        placed = zip(self.chunks, counts, self.char_starts, strict=True)
        drafts = tuple(ChunkDraft(text, count, at, at + len(text)) for text, count, at in placed)
        return PreparedDocument(ParsedDocument(self.text, "text/plain", ""), language, drafts)


def read_custom_kg(custom_kg: Mapping[str, Any], source_key: str | None) -> list[CustomDocument]:
    """The documents of a custom graph: one of `source_key`, else one per file_path.

    Chunks without a file_path are one document, named by what they say. Raises BadInput, which
    names the record that cannot be used.
    """
    if source_key is not None:
        check_text("full_doc_id", source_key)
    if not isinstance(custom_kg, Mapping):
        raise BadInput(f"A custom graph is a mapping of {', '.join(_LISTS)}.")
    if unknown := sorted(str(name) for name in custom_kg if name not in _LISTS):
        raise BadInput(f'A custom graph has no "{unknown[0]}"; it has {", ".join(_LISTS)}.')
    chunks, entities, relationships = (
        list(_read_list(name, custom_kg.get(name, ()))) for name in _LISTS
    )
    documents: _Chunks = {}
    sources: _Chunks = {}
    for chunk in chunks:
        documents.setdefault(source_key or chunk.file_path, []).append(chunk)
        sources.setdefault(chunk.source_id, []).append(chunk)
    for pair in relationships:
        if pair.src_id == pair.tgt_id:
            raise BadInput(f"{pair.place} relates an entity to itself; relate two.")
    found = _find(sources, entities, relationships)
    return [_draft(key, parts, found) for key, parts in documents.items()]


def join_chunks(chunks: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """The text of chunks one after another, and where each begins."""
    starts = accumulate((len(chunk) + 2 for chunk in chunks[:-1]), initial=0)
    return "\n\n".join(chunks), tuple(starts)


def _read_list(name: str, records: Any) -> Iterator[Any]:
    if not isinstance(records, list | tuple):
        raise BadInput(f'"{name}" of a custom graph is a list of records.')
    for number, fields in enumerate(records):
        place = f"{name}[{number}]"
        if not isinstance(fields, Mapping):
            raise BadInput(f"{place} is not a record; give a mapping of its fields.")
        if names := [fields[key] for key in ("entity_name", "src_id", "tgt_id") if key in fields]:
            place += f' ("{" — ".join(map(str, names))[:80]}")'
        yield _read(_LISTS[name], place, fields)


def _read(kind: type[_Record], place: str, fields: Mapping[str, Any]) -> _Record:
    """Without what is null, which has its default; what is wrong is told in our words."""
    given = {name: fields[name] for name in kind.__struct_fields__ if fields.get(name) is not None}
    for name, value in given.items():
        if isinstance(value, str):
            given[name] = check_text(f'The "{name}" of {place}', value.strip())
    try:
        return convert({**given, "place": place}, kind)
    except ValidationError as error:
        (name,) = re.findall(r"`(?:\$\.)?(\w+)`$", str(error))
        if wanted := _NUMBERS.get(name):
            wrong = f'The "{name}" of {place} is {given[name]!r}; use {wanted}.'
        else:
            wrong = f'{place} has no "{name}"; give it one, a text.'
        raise BadInput(wrong) from error


def _find(
    sources: _Chunks, entities: list[_Entity], relationships: list[_Relationship]
) -> dict[_Chunk, ChunkExtraction]:
    """What is found in each chunk: of entities of one name the first, and the ends of relations.

    A weight is shared by the chunks.
    """
    mentions = {chunk: dict[str, ExtractedEntity]() for some in sources.values() for chunk in some}
    evidence = {chunk: list[ExtractedRelation]() for chunk in mentions}
    types: dict[str, str] = {}
    for one in entities:
        entity = ExtractedEntity(one.entity_name, one.entity_type or "concept", one.description)
        types.setdefault(entity.name, entity.type)
        for chunk in _find_chunks(one, sources):
            mentions[chunk].setdefault(entity.name, entity)
    for pair in relationships:
        chunks = _find_chunks(pair, sources)
        said = pair.keywords, pair.description, pair.weight / len(chunks)
        for chunk in chunks:
            evidence[chunk].append(ExtractedRelation(pair.src_id, pair.tgt_id, *said))
            for name in (pair.src_id, pair.tgt_id):
                end = ExtractedEntity(name, types.get(name, "concept"))
                mentions[chunk].setdefault(name, end)
    return {
        chunk: ChunkExtraction(tuple(mentions[chunk].values()), tuple(evidence[chunk]))
        for chunk in mentions
    }


def _find_chunks(record: _Record, sources: _Chunks) -> list[_Chunk]:
    found: list[_Chunk] = []
    for source_id in map(str.strip, record.source_id.split("<SEP>")):
        if source_id not in sources:
            raise BadInput(
                f'{record.place} has the source_id "{source_id}", which no chunk has; '
                "give the chunk, or the source_id of one that is given."
            )
        found += sources[source_id]
    return found


def _draft(
    source_key: str, chunks: Sequence[_Chunk], found: Mapping[_Chunk, ChunkExtraction]
) -> CustomDocument:
    ordered = sorted(chunks, key=lambda chunk: chunk.chunk_order_index)
    contents = tuple(chunk.content for chunk in ordered)
    text, starts = join_chunks(contents)
    key = source_key or "custom-" + hashlib.sha256(text.encode()).hexdigest()[:16]
    return CustomDocument(key, text, contents, starts, tuple(found[chunk] for chunk in ordered))
