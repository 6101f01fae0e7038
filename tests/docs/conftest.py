from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.forking import forked_commands


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with forked_commands(tmp_path_factory.mktemp("commands")) as program:
        yield program
