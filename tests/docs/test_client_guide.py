"""The guide of the client runs as it stands."""

import sys
from pathlib import Path

from tests.api.serving import serve
from tests.docs.test_guides import blocks, folder, run

__all__ = ["folder"]


def test_the_guide_of_the_client_runs(folder: Path, url: str) -> None:
    (folder / "notes").mkdir(exist_ok=True)
    (folder / "notes" / "gale.md").write_text("A gale broke the mast of the Alma in 1881.")
    program = "\n".join(blocks("docs/client.md", "python")).replace("…", "")
    with serve("sqlrag", folder, DATABASE_URL=url, SQLRAG_MODELS="offline") as server:
        program = program.replace("http://127.0.0.1:8000", server)
        printed = run([sys.executable, "-c", program], folder, url)
    assert "gale.md added" in printed
    assert printed.count("“The lamp was lit on 3 May 1874.” [1]") == 2
    assert 'There is no entity "Nobody of that name"' in printed
    assert "1 reference" in printed
    assert "{'waiting': 1}" in printed
