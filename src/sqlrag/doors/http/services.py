"""What handlers are given: the use-cases, by the names of their parameters."""

from typing import Protocol, TypeAlias, TypeVar

from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from sqlrag.doors.http.indexing import Indexing
from sqlrag.rag.answering import Answering
from sqlrag.rag.configuring import Configuring
from sqlrag.rag.editing import Editing
from sqlrag.rag.exploring import Exploring
from sqlrag.rag.exporting import Exporting
from sqlrag.rag.ingesting import Ingesting
from sqlrag.rag.managing import Managing
from sqlrag.rag.summarizing import Summarizing

T = TypeVar("T")
# Use-cases are dataclasses, which Litestar would otherwise take apart to validate.
Injected: TypeAlias = NamedDependency[SkipValidation[T]]


class Services(Protocol):
    """What the application is made of; sqlrag.main.Rag is it."""

    ingesting: Ingesting
    answering: Answering
    managing: Managing
    configuring: Configuring
    summarizing: Summarizing
    exploring: Exploring
    exporting: Exporting
    editing: Editing


def get_ingesting(state: State) -> Ingesting:
    return state.services.ingesting  # type: ignore[no-any-return]


def get_answering(state: State) -> Answering:
    return state.services.answering  # type: ignore[no-any-return]


def get_managing(state: State) -> Managing:
    return state.services.managing  # type: ignore[no-any-return]


def get_configuring(state: State) -> Configuring:
    return state.services.configuring  # type: ignore[no-any-return]


def get_exploring(state: State) -> Exploring:
    return state.services.exploring  # type: ignore[no-any-return]


def get_exporting(state: State) -> Exporting:
    return state.services.exporting  # type: ignore[no-any-return]


def get_editing(state: State) -> Editing:
    return state.services.editing  # type: ignore[no-any-return]


def get_indexing(state: State) -> Indexing:
    return state.indexing  # type: ignore[no-any-return]


DEPENDENCIES = {
    "ingesting": Provide(get_ingesting, sync_to_thread=False),
    "answering": Provide(get_answering, sync_to_thread=False),
    "managing": Provide(get_managing, sync_to_thread=False),
    "configuring": Provide(get_configuring, sync_to_thread=False),
    "exploring": Provide(get_exploring, sync_to_thread=False),
    "exporting": Provide(get_exporting, sync_to_thread=False),
    "editing": Provide(get_editing, sync_to_thread=False),
    "indexing": Provide(get_indexing, sync_to_thread=False),
}
