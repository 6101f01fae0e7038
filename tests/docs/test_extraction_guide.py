"""The guide to extraction runs as it stands."""

import sys
from pathlib import Path

from sqlrag.domain.choices import name_options
from sqlrag.domain.graph import ExtractionOptions
from tests.docs.test_guides import blocks, folder, run

__all__ = ["folder"]


def test_the_extraction_guide_runs(folder: Path, url: str) -> None:
    (script,) = blocks("docs/extraction.md", "python")
    printed = run([sys.executable, "-c", script], folder, url)
    assert printed == "('person', 'ship') ('entity_types', 'gleaning_rounds')\n"
    setting, costs = blocks("docs/extraction.md", "sh")
    printed = run(["sh", "-e", "-c", setting], folder, url)
    assert "max_entities     40  (set here)" in printed
    assert "harbour" in printed
    run(["sh", "-e", "-c", costs], folder, url)


def test_the_table_of_settings_is_true() -> None:
    text = (Path(__file__).parents[2] / "docs" / "extraction.md").read_text()
    for name in name_options(ExtractionOptions):
        assert f"`{name}`" in text, name
