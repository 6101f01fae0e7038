"""What a workspace chooses of the options of extraction, of retrieval and of costs, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_type_hints

from msgspec import ValidationError, convert

from sqlrag.domain.costs import CostOptions, CostSettings
from sqlrag.domain.errors import BadInput
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.operations import read_metas
from sqlrag.domain.retrieval import RetrievalOptions
from sqlrag.domain.workspaces import Workspace, WorkspaceSummary

O = TypeVar("O", ExtractionOptions, RetrievalOptions, CostOptions)  # noqa: E741
_KINDS = {
    ExtractionOptions: ("extraction", '{"gleaning_rounds": 2}'),
    RetrievalOptions: ("retrieval", '{"select": true}'),
    CostOptions: ("costs", '{"budget": 20}'),
}
_TYPES = {kind: get_type_hints(kind, include_extras=True) for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """The options in force in a workspace; `changed` names those that are its own."""

    options: ExtractionOptions
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """The options in force in a workspace; `changed` names those that are its own."""

    options: RetrievalOptions
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfiguredWorkspace(WorkspaceSummary):
    """How much a workspace holds, and what is configured in it."""

    extraction: ExtractionSettings
    retrieval: RetrievalSettings
    costs: CostSettings


def name_options(kind: type[O]) -> tuple[str, ...]:
    return tuple(_TYPES[kind])


def read_settings(stored: Any, defaults: O) -> tuple[O, tuple[str, ...]]:
    """The defaults, and in their place what is stored; then the names of that. A null is a default,
    and names of no such option are passed over. Raises BadInput."""
    kind = type(defaults)
    if isinstance(stored, Mapping):
        stored = {name: value for name, value in stored.items() if name in _TYPES[kind]}
    chosen = check_settings(stored, kind)
    return replace(defaults, **chosen), tuple(name for name in _TYPES[kind] if name in chosen)


def read_options(workspace: Workspace, defaults: O) -> O:
    """The options of a workspace. Raises BadInput for what was written by hand and cannot be
    used."""
    try:
        return read_settings(workspace.settings, defaults)[0]
    except BadInput as error:
        raise BadInput(
            f'The settings of workspace "{workspace.name}" are wrong: {error}'
        ) from error


def check_settings(given: Any, kind: type[O]) -> dict[str, Any]:
    """What is no null, of the types of the options. Raises BadInput for the first that cannot be
    used."""
    what, example = _KINDS[kind]
    if not isinstance(given, Mapping):
        raise BadInput(f"Settings of {what} are an object, such as {example}.")
    if unknown := [name for name in given if name not in _TYPES[kind]]:
        known = ", ".join(_TYPES[kind])
        raise BadInput(f'There is no setting "{unknown[0]}" of {what}; use one of {known}.')
    return {
        name: _read(name, value, _TYPES[kind][name])
        for name, value in given.items()
        if value is not None
    }


def _read(name: str, value: Any, annotation: Any) -> Any:
    try:
        return convert(value, annotation)
    except ValidationError as error:
        wanted = next(meta.description for meta in read_metas(annotation) if meta.description)
        shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}…"
        raise BadInput(f"{name} is {shown}; give {wanted}, or null for the default.") from error
