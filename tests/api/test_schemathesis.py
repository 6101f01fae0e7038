"""Requests that are made of the OpenAPI document find nothing that it does not tell.

uv run pytest -m heavy tests/api/test_schemathesis.py -s
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

IS_SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
SECONDS = 20 if IS_SHORT else 300
CONFIG = Path(__file__).with_name("schemathesis.toml")
_RUN = "from schemathesis.cli import schemathesis; schemathesis()"


@pytest.mark.heavy
def test_every_check_of_schemathesis_passes(server: str, tmp_path: Path) -> None:
    seeded = ["--seed", "1"] if IS_SHORT else []
    asked = ["--checks", "all", "--max-time", str(SECONDS), "--continue-on-failure", "--no-color"]
    words = ["--config-file", str(CONFIG), "run", f"{server}/docs/openapi.json", *asked, *seeded]
    found = subprocess.run(
        [sys.executable, "-c", _RUN, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CONFIG.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    print(found.stdout[found.stdout.find("SUMMARY") :])
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr
    assert " passed" in found.stdout
