"""The entities and relations of one chunk, made of records: checked, cleaned, merged, capped."""

import json
from dataclasses import replace
from typing import Any

from sqlrag.domain.graph import (
    ChunkExtraction,
    ExtractedEntity,
    ExtractedRelation,
    ExtractionOptions,
    Reject,
)
from sqlrag.domain.names import clean_name, clean_text, name_key
from sqlrag.prompts.replies import Record

LONGEST_TYPE = 60
LONGEST_TEXT = 4_000
LONGEST_REJECT = 1_000
HEAVIEST = 1e9
# A relation's parts, also under other names that models use.
_SOURCE = ("source", "src", "src_id", "subject", "head")
_TARGET = ("target", "tgt", "tgt_id", "object", "tail")
_KEYWORDS = ("keywords", "predicate", "relation")


class _Unusable(ValueError):
    """Why a record cannot be used."""


class ChunkGraph:
    """What one chunk holds so far. Adding never raises: what cannot be used becomes a reject.

    Two spellings that differ in case or width are one name, the first of them. Between two names
    there is one relation, whatever its direction: it keeps the first direction, all keywords and
    descriptions, and the greatest weight.
    """

    def __init__(self, options: ExtractionOptions) -> None:
        self._options = options
        self._entities: dict[str, ExtractedEntity] = {}
        self._relations: dict[tuple[str, str], ExtractedRelation] = {}
        self._rejects: list[Reject] = []

    @property
    def extraction(self) -> ChunkExtraction:
        found = tuple(self._entities.values()), tuple(self._relations.values())
        return ChunkExtraction(*found, tuple(self._rejects))

    def add(self, records: tuple[Record, ...]) -> None:
        """Entities first, so that the ends of relations find the types they were given."""
        for record in sorted(records, key=_is_relation):
            try:
                if record.broken:
                    raise _Unusable(f"The record cannot be read: {record.broken}.")
                if _is_relation(record):
                    self._add_relation(_read_draft(record))
                else:
                    self._add_entity(record.value)
            except _Unusable as reason:
                self.reject(record.value, str(reason))

    def reject(self, value: Any, reason: str) -> None:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self._rejects.append(Reject(clean_text(text, LONGEST_REJECT), reason))

    def _add_entity(self, value: Any) -> None:
        if isinstance(value, str):
            value = {"name": value}
        if not isinstance(value, dict):
            raise _Unusable("An entity is neither an object nor a name.")
        name = clean_name(value.get("name"))
        if not name:
            raise _Unusable("The entity has no name.")
        self._check_room(name)
        kind = clean_text(value.get("type"), LONGEST_TYPE).lower()
        description = clean_text(value.get("description"), LONGEST_TEXT)
        known = self._entities.get(name_key(name)) or ExtractedEntity(name, "concept")
        self._entities[name_key(name)] = replace(
            known,
            type=kind if kind and known.type == "concept" else known.type,
            description=_join(known.description, description, "\n"),
        )

    def _check_room(self, *names: str) -> None:
        """For all of them, or for none."""
        most = self._options.max_entities
        missing = set(map(name_key, names)) - self._entities.keys()
        if len(self._entities) + len(missing) > most:
            raise _Unusable(f"The chunk already has {most} entities, the most it may have.")

    def _add_relation(self, draft: ExtractedRelation) -> None:
        source, target = name_key(draft.source), name_key(draft.target)
        if not source or not target:
            raise _Unusable("The relation lacks a source or a target.")
        if source == target:
            raise _Unusable("The relation joins an entity to itself.")
        pair, most = (min(source, target), max(source, target)), self._options.max_relations
        known = self._relations.get(pair)
        if known is None and len(self._relations) >= most:
            raise _Unusable(f"The chunk already has {most} relations, the most it may have.")
        try:
            self._check_room(draft.source, draft.target)
        except _Unusable as reason:
            raise _Unusable(f"An end of the relation has no room. {reason}") from None
        for name in (draft.source, draft.target):
            self._entities.setdefault(name_key(name), ExtractedEntity(name, "concept"))
        ends = self._entities[source].name, self._entities[target].name
        known = known or ExtractedRelation(*ends, weight=draft.weight)
        self._relations[pair] = replace(
            known,
            keywords=_join(known.keywords, draft.keywords, ", "),
            description=_join(known.description, draft.description, "\n"),
            weight=max(known.weight, draft.weight),
        )


def _is_relation(record: Record) -> bool:
    if record.broken or record.kind != "unknown":
        return not record.broken and record.kind != "entity"
    value = record.value
    if isinstance(value, dict):
        return any(name in value for name in (*_SOURCE, *_TARGET))
    return isinstance(value, list)


def _read_draft(record: Record) -> ExtractedRelation:
    """A relation whose names are not checked yet."""
    value = record.value
    is_list = isinstance(value, list) and len(value) == 3
    if is_list and all(isinstance(part, str | int | float) for part in value):
        source, said, target = value
        value = {"source": source, "keywords": said, "target": target, "description": said}
    if not isinstance(value, dict):
        is_triple = record.kind == "triple"
        raise _Unusable(
            "The triple is not three texts." if is_triple else "The relation is not an object."
        )
    return ExtractedRelation(
        clean_name(_first(value, _SOURCE)),
        clean_name(_first(value, _TARGET)),
        clean_text(_first(value, _KEYWORDS), LONGEST_TEXT),
        clean_text(value.get("description"), LONGEST_TEXT),
        _read_weight(value.get("weight")),
    )


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _read_weight(value: Any) -> float:
    """A positive number as it is, anything else as 1."""
    try:
        weight = float(value)
    except (TypeError, ValueError, OverflowError):
        return 1.0
    return weight if 0 < weight <= HEAVIEST else 1.0


def _join(first: str, second: str, between: str) -> str:
    """Both, where they differ; no longer than one may be."""
    parts = [part for part in (first, second) if part]
    if len(parts) == 2 and second in first.split(between):
        parts = [first]
    return clean_text(between.join(parts), LONGEST_TEXT)
