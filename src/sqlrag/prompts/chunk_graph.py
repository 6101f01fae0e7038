"""The entities and relations of one chunk, made of records: checked, cleaned, merged, capped."""

import json
import math
from dataclasses import replace
from typing import Any

from sqlrag.domain.graph import ExtractedEntity, ExtractedRelation, ExtractionOptions, Reject
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
    def entities(self) -> tuple[ExtractedEntity, ...]:
        return tuple(self._entities.values())

    @property
    def relations(self) -> tuple[ExtractedRelation, ...]:
        return tuple(self._relations.values())

    @property
    def rejects(self) -> tuple[Reject, ...]:
        return tuple(self._rejects)

    def add(self, records: tuple[Record, ...]) -> None:
        """Entities first, so that the ends of relations find the types they were given."""
        relations = []
        for record in records:
            if record.broken:
                self.reject(record.value, f"The record cannot be read: {record.broken}.")
            elif _is_relation(record):
                relations.append(record)
            else:
                self._add_entity(record)
        for record in relations:
            self._add_relation(record)

    def reject(self, value: Any, reason: str) -> None:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self._rejects.append(Reject(clean_text(text, LONGEST_REJECT), reason))

    def _add_entity(self, record: Record) -> None:
        value = {"name": record.value} if isinstance(record.value, str) else record.value
        if not isinstance(value, dict):
            return self.reject(record.value, "An entity is neither an object nor a name.")
        name = clean_name(value.get("name"))
        if not name:
            return self.reject(record.value, "The entity has no name.")
        kind = clean_text(value.get("type"), LONGEST_TYPE).lower()
        description = clean_text(value.get("description"), LONGEST_TEXT)
        if not self._put_entity(name, kind, description):
            self.reject(record.value, self._full("entities", self._options.max_entities))
        return None

    def _put_entity(self, name: str, kind: str = "", description: str = "") -> bool:
        """False when there is no room for another one."""
        key = name_key(name)
        known = self._entities.get(key)
        if known is None:
            if len(self._entities) >= self._options.max_entities:
                return False
            self._entities[key] = ExtractedEntity(name, kind or "concept", description)
        else:
            joined = _join(known.description, description, "\n")
            better = kind if kind and known.type == "concept" else known.type
            self._entities[key] = replace(known, type=better, description=joined)
        return True

    def _add_relation(self, record: Record) -> None:
        draft = _read_draft(record.value)
        if draft is None:
            what = "triple" if record.kind == "triple" else "relation"
            shape = "three texts" if record.kind == "triple" else "an object"
            return self.reject(record.value, f"The {what} is not {shape}.")
        source, target = name_key(draft.source), name_key(draft.target)
        if not source or not target:
            return self.reject(record.value, "The relation lacks a source or a target.")
        if source == target:
            return self.reject(record.value, "The relation joins an entity to itself.")
        pair = (min(source, target), max(source, target))
        if pair not in self._relations and len(self._relations) >= self._options.max_relations:
            reason = self._full("relations", self._options.max_relations)
            return self.reject(record.value, reason)
        if not self._put_ends(draft.source, draft.target):
            reason = self._full("entities", self._options.max_entities)
            return self.reject(record.value, f"An end of the relation has no room. {reason}")
        return self._put_relation(pair, draft)

    def _put_ends(self, *names: str) -> bool:
        """Both or none."""
        missing = [name for name in names if name_key(name) not in self._entities]
        if len(self._entities) + len(missing) > self._options.max_entities:
            return False
        return all(self._put_entity(name) for name in missing)

    def _put_relation(self, pair: tuple[str, str], draft: ExtractedRelation) -> None:
        known = self._relations.get(pair)
        if known is None:
            source, target = (self._entities[name_key(n)] for n in (draft.source, draft.target))
            self._relations[pair] = replace(draft, source=source.name, target=target.name)
            return
        self._relations[pair] = replace(
            known,
            keywords=_join(known.keywords, draft.keywords, ", "),
            description=_join(known.description, draft.description, "\n"),
            weight=max(known.weight, draft.weight),
        )

    def _full(self, what: str, most: int) -> str:
        return f"The chunk already has {most} {what}, the most it may have."


def _is_relation(record: Record) -> bool:
    if record.kind != "unknown":
        return record.kind != "entity"
    value = record.value
    if isinstance(value, dict):
        return any(name in value for name in (*_SOURCE, *_TARGET))
    return isinstance(value, list)


def _read_draft(value: Any) -> ExtractedRelation | None:
    """Names are not checked yet; None when it has no shape of a relation."""
    if isinstance(value, list):
        if len(value) != 3 or not all(isinstance(part, str | int | float) for part in value):
            return None
        source, predicate, target = value
        said = clean_text(predicate, LONGEST_TEXT)
        return ExtractedRelation(clean_name(source), clean_name(target), said, said)
    if not isinstance(value, dict):
        return None
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
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return 1.0
    try:
        weight = float(value)
    except (ValueError, OverflowError):
        return 1.0
    return weight if math.isfinite(weight) and 0 < weight <= HEAVIEST else 1.0


def _join(first: str, second: str, between: str) -> str:
    """Both, where they differ; no longer than one may be."""
    parts = [part for part in (first, second) if part]
    if len(parts) == 2 and second in first.split(between):
        parts = [first]
    return clean_text(between.join(parts), LONGEST_TEXT)
