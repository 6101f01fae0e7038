"""What a workspace chooses of the options of extraction, checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph import ExtractionOptions

MOST_TYPES = 50
MOST_EXAMPLES = 20
LONGEST_TYPE = 60
LONGEST_EXAMPLE = 10_000
MOST_ROUNDS = 5
MOST_RECORDS = 1_000
NAMES = tuple(field.name for field in fields(ExtractionOptions))


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """The options in force in a workspace; `changed` names those that are its own."""

    options: ExtractionOptions
    changed: tuple[str, ...]


def read_settings(stored: Mapping[str, Any], defaults: ExtractionOptions) -> ExtractionSettings:
    """The defaults, and in their place what is stored; a null is a default. Raises BadInput."""
    check_settings(stored)
    chosen: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list | tuple) else value
        for name, value in stored.items()
        if value is not None
    }
    return ExtractionSettings(replace(defaults, **chosen), tuple(n for n in NAMES if n in chosen))


def check_settings(given: Any) -> None:
    """Raises BadInput for the first value that cannot be used."""
    if not isinstance(given, Mapping):
        raise BadInput('Settings of extraction are an object, such as {"gleaning_rounds": 2}.')
    for name, value in given.items():
        if name not in _RULES:
            known = ", ".join(_RULES)
            raise BadInput(f'There is no setting "{name}" of extraction; use one of {known}.')
        fits, wanted = _RULES[name]
        if value is not None and not fits(value):
            raise BadInput(f"{name} is {_show(value)}; give {wanted}, or null for the default.")


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _is_text(value: Any, longest: int) -> bool:
    printable = isinstance(value, str) and bool(value.strip()) and "\x00" not in value
    return printable and len(value) <= longest


def _is_list(most: int, longest: int, least: int = 0) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list | tuple)
        and least <= len(value) <= most
        and all(_is_text(item, longest) for item in value)
    )


def _is_count(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    )


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "entity_types": (
        _is_list(MOST_TYPES, LONGEST_TYPE, least=1),
        f"a list of 1 to {MOST_TYPES} names of at most {LONGEST_TYPE} characters",
    ),
    "language": (
        lambda value: _is_text(value, LONGEST_TYPE),
        f"the name of a language, of at most {LONGEST_TYPE} characters",
    ),
    "examples": (
        _is_list(MOST_EXAMPLES, LONGEST_EXAMPLE),
        f"a list of at most {MOST_EXAMPLES} texts of at most {LONGEST_EXAMPLE:,} characters",
    ),
    "gleaning_rounds": (_is_count(0, MOST_ROUNDS), f"a whole number from 0 to {MOST_ROUNDS}"),
    "max_entities": (_is_count(1, MOST_RECORDS), f"a whole number from 1 to {MOST_RECORDS:,}"),
    "max_relations": (_is_count(1, MOST_RECORDS), f"a whole number from 1 to {MOST_RECORDS:,}"),
}
