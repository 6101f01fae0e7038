"""A command line on a database of the test's own, and one on a library that tests only read."""

from pathlib import Path

import pytest

from tests.cli.running import Cli
from tests.conftest import make_database

DOCUMENTS = {
    "well.md": "# The quiet well\n\nThe quiet well is 11 metres deep and lined with steel.",
    "lamp.txt": "The lamp of the lighthouse was lit in 1871 by the keeper Orlenko.",
    "маяк.txt": "Павел Орленко заменил двадцать три призмы в линзе маяка.",
}


@pytest.fixture
def sqlrag(url: str, tmp_path: Path) -> Cli:
    return Cli(tmp_path, {"DATABASE_URL": url})


@pytest.fixture(scope="session")
def library(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Three documents, tagged, in the default workspace."""
    folder = tmp_path_factory.mktemp("library")
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text)
    cli = Cli(folder, {"DATABASE_URL": make_database(server_url, template)}, newcomers=True)
    cli.inside("ingest", "lamp.txt", "маяк.txt", "--tag", "lights")
    cli.inside("ingest", "well.md", "--metadata", '{"depth": 11}')
    return cli
