from pathlib import Path

import pytest

from tests.support.forking import forked_commands


@pytest.fixture(scope="session")
def program() -> Path:
    return forked_commands()
