"""The guide of the audit and of erasing runs as it stands."""

import json
import shutil
from pathlib import Path

import pytest

from tests.docs.test_guides import blocks, folder, run

__all__ = ["folder"]


def test_the_guide_of_erasing_runs(folder: Path, url: str) -> None:
    if not shutil.which("psql"):
        pytest.skip("psql is not installed")
    script = "\n".join(blocks("docs/erasing.md", "bash"))
    told = run(["bash", "-e", "-c", script], folder, url)
    assert "Who kept the lamp?" in told
    assert "would be erased" in told
    assert "sha256" in told.partition("would be erased")[2]
    assert "Quist" not in told.rpartition("ROLLBACK")[2], "the audit, last"
    receipt = json.loads((folder / "receipt.json").read_text())
    assert receipt["is_dry_run"] is False
    assert "Quist" not in json.dumps(receipt)
