"""The guide of conversations runs as it stands, beside a server."""

import re
import shutil
from pathlib import Path

import pytest

from tests.api.serving import serve
from tests.docs.test_guides import ROOT, blocks, folder, run

__all__ = ["folder"]
GUIDE = "docs/conversations.md"


def test_the_guide_of_conversations_runs(folder: Path, url: str) -> None:
    if not (shutil.which("curl") and shutil.which("psql")):
        pytest.skip("curl or psql is not installed")
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    with serve("sqlrag", folder, DATABASE_URL=url, SQLRAG_MODELS="offline") as server:
        script = "\n".join(blocks(GUIDE, "bash")).replace("http://127.0.0.1:8000", server)
        told = run(["env", f"HOME={folder}", "bash", "-e", "-c", script], folder, url)
    assert '"turn":2' in told
    assert "Bent Quist was the brother of Ada Quist." in told
    assert '"title":"The keepers"' in told
    assert re.search(r"\n +2 +The lamp +2 +", told)
    assert "Deleted 2." in told
    written = (folder / "lamp.md").read_text(encoding="utf-8")
    assert written.startswith("# The lamp\n")
    assert "> And who was her brother?" in written
    assert "\n- [1] " in written


def test_the_bounds_in_the_guide_are_those_of_the_code() -> None:
    from sqlrag.rag.talking import MOST_TOKENS, MOST_TURNS

    text = (ROOT / GUIDE).read_text(encoding="utf-8")
    assert f"at most {MOST_TURNS}, and {MOST_TOKENS:,} tokens" in text
