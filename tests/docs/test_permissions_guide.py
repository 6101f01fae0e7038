"""The guide of permissions runs as it stands, beside a server."""

import re
import shutil
from pathlib import Path

import pytest

from tests.api.serving import serve
from tests.docs.test_guides import blocks, folder, run

__all__ = ["folder"]


def test_the_guide_of_permissions_runs(folder: Path, url: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    script = "\n".join(blocks("docs/permissions.md", "bash"))
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    with serve("sqlrag", folder, DATABASE_URL=url) as server:
        script = script.replace("http://127.0.0.1:8000", server)
        told = run(["env", f"HOME={folder}", "bash", "-e", "-c", script], folder, url)
    assert told.count("Grace Hopper signs it") == 3, "by a command, and twice by her key"
    assert "alice, board" in told
    assert "{alice,board}" in told
    listed = re.findall(r'\{"items":.*?"next":', told)
    assert ["merger.txt" in one for one in listed] == [True, False]
    assert told.count("I cannot find an answer") == 1, "for Bob"
