"""Requests that are made of the OpenAPI document find nothing that it does not tell.

uv run pytest -m heavy tests/api/test_schemathesis.py -s
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.conftest import make_database
from tests.support.owning import as_owner, name_role

IS_SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
SECONDS = 20 if IS_SHORT else 300
CONFIG = Path(__file__).with_name("schemathesis.toml")
_RUN = "from schemathesis.cli import schemathesis; schemathesis()"
# Lists name the key that is sent, which would be revoked after some minutes.
_KEEP = """CREATE FUNCTION keep_key() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER kept BEFORE UPDATE OF revoked_at ON sqlrag.keys
FOR EACH ROW WHEN (OLD.key_id = 1) EXECUTE FUNCTION keep_key()"""


@pytest.mark.heavy
def test_every_check_of_schemathesis_passes(server_url: str, template: str, tmp_path: Path) -> None:
    """With a key, on a database of its own: a key that is made closes the servers of all."""
    url = name_role(make_database(server_url, template))
    secret = asyncio.run(make_key(url))
    with serve("granian", tmp_path, DATABASE_URL=url, SQLRAG_MODELS="offline") as server:
        found = run(server, secret, tmp_path)
    print(found.stdout[found.stdout.find("SUMMARY") :])
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr
    assert " passed" in found.stdout
    if IS_SHORT:  # some operation may have been asked by those only who show that it needs a key
        return
    # To log in is to guess a key; everything else has one.
    log_in = "  - POST /v1/workspaces/{workspace}/lightrag/login"
    refused = found.stdout.partition("Authentication failed: ")[2]
    assert refused.startswith("1 operation ")
    assert f"401 Unauthorized (1 operation):\n{log_in}\n" in refused


async def make_key(url: str) -> str:
    async with Rag.open(url, settings=Settings(_env_file=None)) as rag:
        for name in ("default", "other"):
            await rag.in_workspace(name).insert("Ada met Bob in Oslo.", "ada")
        made = await rag.create_key("admin", every_workspace=True)
        async with as_owner(rag.storage.database) as connection:
            await connection.execute(_KEEP)
        return made.secret


def run(server: str, secret: str, folder: Path) -> subprocess.CompletedProcess[str]:
    seeded = ["--seed", "1"] if IS_SHORT else []
    # All checks are made unasked; asked for, they would be made where the file excepts them, too.
    asked = ["--max-time", str(SECONDS), "--continue-on-failure", "--no-color"]
    asked += ["--header", f"Authorization: Bearer {secret}"]
    words = ["--config-file", str(CONFIG), "run", f"{server}/docs/openapi.json", *asked, *seeded]
    return subprocess.run(
        [sys.executable, "-c", _RUN, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CONFIG.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
