import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlrag.database.embedded.passing import open_way
from tests.embedded.users import NOBODY

ACCESS_LIST = "system.posix_acl_access"


@pytest.fixture
def second_user() -> Iterator[int]:
    """Another user of the machine, who may run this Python for the length of a test."""
    folders = Path(sys.executable).resolve().parents
    before = [(folder, folder.stat().st_mode, read_list(folder)) for folder in folders]
    open_way(folders[0] / "python", NOBODY)
    yield NOBODY
    for folder, mode, entries in before:
        if read_list(folder) != entries:
            os.removexattr(folder, ACCESS_LIST)
            folder.chmod(mode)
            if entries:
                os.setxattr(folder, ACCESS_LIST, entries)


def read_list(folder: Path) -> bytes | None:
    try:
        return os.getxattr(folder, ACCESS_LIST)
    except OSError:
        return None
