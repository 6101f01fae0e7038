"""The repositories are what the storage interfaces ask for; mypy reads that here."""

import inspect

import pytest

from sqlrag.domain import storage
from sqlrag.domain.storage import DocumentStore, GraphStore, KeyValueStore, VectorStore
from sqlrag.repositories.postgres import Postgres


def stores(postgres: Postgres) -> tuple[DocumentStore, VectorStore, GraphStore, KeyValueStore]:
    return postgres.documents, postgres.items, postgres.graph, postgres.model_calls


NAMES = ("DocumentStore", "VectorStore", "GraphStore", "KeyValueStore")


@pytest.mark.parametrize("interface", NAMES)
def test_an_interface_asks_for_what_its_repository_takes(interface: str) -> None:
    """The same parameters, by the same names."""
    found = stores(Postgres("postgresql://nowhere/none"))
    place = NAMES.index(interface)
    for name, wanted in vars(getattr(storage, interface)).items():
        if inspect.isfunction(wanted) and not name.startswith("_"):
            given = getattr(type(found[place]), name)
            assert list(inspect.signature(wanted).parameters) == list(
                inspect.signature(given).parameters
            ), name
