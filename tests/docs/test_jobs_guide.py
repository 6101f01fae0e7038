"""The guide of background work runs as it stands, with a server and the worker beside it."""

import re
import shutil
from pathlib import Path

import httpx
import pytest

from sqlrag.database.embedded import psql_command
from sqlrag.settings import WorkerSettings
from tests.api.serving import serve, shorten
from tests.docs.test_guides import ROOT, blocks, folder, run

__all__ = ["folder"]
GUIDE = "docs/jobs.md"


def test_the_guide_of_jobs_runs(folder: Path, url: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    commands, costs = blocks(GUIDE, "sh")
    (requests,) = blocks(GUIDE, "bash")
    queue, *others = blocks(GUIDE, "sql")
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    with serve("sqlrag with a worker", folder, DATABASE_URL=url) as server:
        printed = run(["sh", "-e", "-c", commands], folder, url)
        assert re.search(r"added +1\n", printed)
        assert re.search(r"0 waiting|\d+ waiting \(", printed)
        assert re.search(r"1 worker, 4 places: ", printed)
        requests = requests.replace("http://127.0.0.1:8000", server)
        told = run(["env", f"HOME={folder}", "bash", "-e", "-c", requests], folder, url)
        assert "event: done" in told
        assert '"outcome":"added"' in told
        assert "11 metres deep" in told
        for script in (queue, *others):
            (folder / "guide.sql").write_text(script)
            words, environment = psql_command(
                url, ["-X", "-v", "ON_ERROR_STOP=1", "-f", "guide.sql"]
            )
            assignments = [f"{name}={value}" for name, value in environment.items()]
            listed = run(["env", *assignments, *words], folder, url)
            if script is queue:
                assert re.search(r"ingest +\| (waiting|running|done)", listed)
        assert "at most 0.0000 dollars" in run(["sh", "-e", "-c", costs], folder, url)
        paths = httpx.get(f"{server}/docs/openapi.json").json()["paths"]
    guide = (ROOT / GUIDE).read_text(encoding="utf-8")
    for path in map(shorten, paths):
        if path.startswith(("/v1/jobs", "/v1/tracks", "/v1/events")):
            assert path.replace("{job_id}", "$JOB").replace("{track_id}", "$TRACK") in guide


def test_every_setting_of_workers_is_told_with_its_default() -> None:
    guide = (ROOT / GUIDE).read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `SQLRAG_(\w+)` \| (.*?) ?\| \S.* \|$", guide, re.MULTILINE))
    assert {name.lower() for name in rows} == set(WorkerSettings.model_fields)
    for name, info in WorkerSettings.model_fields.items():
        default = "" if info.default is None else str(info.default)
        assert rows[name.upper()].strip("`") == default, name
