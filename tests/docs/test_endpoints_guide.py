"""The guide of endpoints runs as it stands, on servers that behave like those it names."""

import re
from pathlib import Path

from tests.dialects import DIALECTS
from tests.docs.test_guides import ROOT, blocks, folder, run
from tests.stub_openai import StubOpenAI

__all__ = ["folder"]


def test_the_guide_of_endpoints_runs(folder: Path, url: str) -> None:
    first, azure = blocks("docs/endpoints.md", "sh")
    with StubOpenAI() as stub:
        for script, dialect in ((first, "ollama"), (azure, "azure")):
            stub.set(dialect=dialect)
            here = f"http://{stub.host}"
            script = re.sub(
                r"https?://(?:127\.0\.0\.1:11434|NAME\.openai\.azure\.com)", here, script
            )
            script = f"set -e\nexport SQLRAG_EXTRACTION=off\n{script}"
            told = run(["bash", "-c", script], folder, url)
            assert "The stub answers: When was the lamp lit? [1]\n\n[1] lamp" in told
    assert stub.requests()[-1].query == "api-version=2024-06-01"


def test_the_guide_knows_every_server_that_is_acted() -> None:
    guide = (ROOT / "docs/endpoints.md").read_text(encoding="utf-8").lower()
    named = {name.replace("_", "") for name in DIALECTS} - {"strict", "sullen"}
    assert all(name in re.sub(r"[ .]", "", guide) for name in named)
