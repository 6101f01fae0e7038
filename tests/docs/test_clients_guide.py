"""The guide of clients runs as it stands, with the clients it names."""

import json
import re
import shutil
import sys
from pathlib import Path

import httpx
import pytest

from sqlrag.doors.http.dialects.conversations import MODELS
from sqlrag.doors.mcp.tools import TOOLS
from tests.api.serving import serve, shorten
from tests.docs.test_guides import ROOT, blocks, folder, run

__all__ = ["folder"]
GUIDE = "docs/clients.md"


def test_the_guide_of_clients_runs(folder: Path, url: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    requests, program = ("\n".join(blocks(GUIDE, one)) for one in ("bash", "python"))
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    worked = "sqlrag with a worker"
    with serve(worked, folder, DATABASE_URL=url, SQLRAG_MODELS="offline") as server:
        requests, program = (
            one.replace("http://127.0.0.1:8000", server) for one in (requests, program)
        )
        told = run(["env", f"HOME={folder}", "bash", "-e", "-c", requests], folder, url)
        printed = run([sys.executable, "-c", program.replace("…", "")], folder, url)
        described = httpx.get(f"{server}/docs/openapi.json").json()["paths"]
    assert '"relevance_score":' in told
    assert '"records":[{"content":"The lamp was lit on 3 May 1874."' in told
    assert '"response":"\\n“The lamp was lit on 3 May 1874.” [1]\\n"' in told
    assert '"content_summary":"The lamp was lit on 3 May 1874."' in told
    assert '"is_truncated":false' in told
    assert printed.count("“The lamp was lit on 3 May 1874.” [1]") == 3
    assert f"lamp {server}/v1/workspaces/default/documents/1/content The lamp was" in printed
    assert "\n\n[1] lamp\n" in printed
    assert "\nlamp None The lamp was lit on 3 May 1874.\n" in printed
    check_config(told)
    assert "completed None" in printed
    assert "keepers.txt {'year': 1874.0} The keeper in 1874 was Ada Quist.\n" in printed
    assert "“The keeper in 1874 was Ada Quist.” [1]\n\n['keepers.txt']\n" in printed

    guide = (ROOT / GUIDE).read_text(encoding="utf-8")
    assert all(f"`{name}`" in guide for name in MODELS)
    for path, item in described.items():
        if any("clients" in operation["tags"] for operation in item.values()):
            assert f"`{shorten(path)}`" in guide


def check_config(told: str) -> None:
    """What is printed for desktop clients has the form that the guide shows."""
    shown, _ = (json.loads(one)["mcpServers"]["sqlrag"] for one in blocks(GUIDE, "json"))
    printed, _ = json.JSONDecoder().raw_decode(told[told.index('{\n  "mcpServers"') :])
    assert printed["mcpServers"]["sqlrag"]["args"] == shown["args"]
    assert printed["mcpServers"]["sqlrag"].keys() == shown.keys()


def test_the_guide_names_every_tool() -> None:
    named = set(re.findall(r"^\| (`.*`) \|", (ROOT / GUIDE).read_text(encoding="utf-8"), re.M))
    assert {f"`{name}`" for name in TOOLS} <= {one for row in named for one in row.split(", ")}
