"""What a workspace chooses of the options of extraction, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_type_hints

from msgspec import ValidationError, convert

from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.operations import read_metas

_TYPES = get_type_hints(ExtractionOptions, include_extras=True)
NAMES = tuple(_TYPES)


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """The options in force in a workspace; `changed` names those that are its own."""

    options: ExtractionOptions
    changed: tuple[str, ...]


def read_settings(stored: Mapping[str, Any], defaults: ExtractionOptions) -> ExtractionSettings:
    """The defaults, and in their place what is stored; a null is a default. Raises BadInput."""
    chosen = check_settings(stored)
    return ExtractionSettings(replace(defaults, **chosen), tuple(n for n in NAMES if n in chosen))


def check_settings(given: Any) -> dict[str, Any]:
    """What is no null, of the types of the options. Raises BadInput for the first that cannot be
    used."""
    if not isinstance(given, Mapping):
        raise BadInput('Settings of extraction are an object, such as {"gleaning_rounds": 2}.')
    if unknown := [name for name in given if name not in NAMES]:
        known = ", ".join(NAMES)
        raise BadInput(f'There is no setting "{unknown[0]}" of extraction; use one of {known}.')
    return {name: _read(name, value) for name, value in given.items() if value is not None}


def _read(name: str, value: Any) -> Any:
    try:
        return convert(value, _TYPES[name])
    except ValidationError as error:
        wanted = next(meta.description for meta in read_metas(_TYPES[name]) if meta.description)
        shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}…"
        raise BadInput(f"{name} is {shown}; give {wanted}, or null for the default.") from error
