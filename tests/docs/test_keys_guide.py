"""The guide of keys runs as it stands, beside a server."""

import re
import shutil
from pathlib import Path

import httpx
import pytest

from sqlrag.domain.access import read_prefix
from tests.api.serving import serve
from tests.docs.test_guides import blocks, folder, run

__all__ = ["folder"]


def test_the_guide_of_keys_runs(folder: Path, url: str) -> None:
    if not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("curl or openssl is not installed")
    script = "\n".join(blocks("docs/keys.md", "bash"))
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    with serve("sqlrag", folder, DATABASE_URL=url) as server:
        assert httpx.get(f"{server}/v1/workspaces").status_code == 200, "open, while it has no key"
        script = script.replace("http://127.0.0.1:8000", server)
        told = run(["env", f"HOME={folder}", "bash", "-e", "-c", script], folder, url)
        assert httpx.get(f"{server}/v1/workspaces").status_code == 401
    assert "“The lamp was lit on 3 May 1874.” [1]" in told
    assert re.search(r"the intranet +acme +reader +team-a, alice +active", told)
    assert re.search(r"the intranet +\| acme +\| reader +\| revoked", told)
    assert read_prefix(told.strip()[-82:])
    assert "there is no key" in next(folder.glob("sqlrag-*.log")).read_text()
