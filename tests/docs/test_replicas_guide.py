"""The guide of replicas runs as it stands, beside a real standby."""

import asyncio
import os
import subprocess
from pathlib import Path

import httpx

from sqlrag.database.migrating import migrate
from tests.api.serving import serve
from tests.docs.test_guides import blocks
from tests.rag.test_standbys import follow
from tests.support.standby import primary_and_standby


def test_the_guide_of_replicas_runs(tmp_path: Path, program: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sqlrag").symlink_to(program)
    status, ask = blocks("docs/replicas.md", "sh")

    def run(script: str, **settings: str) -> str:
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        given = {**os.environ, "PATH": path, **settings}
        command = ["bash", "-euo", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=tmp_path, env=given, capture_output=True, text=True, check=True
        ).stdout

    with primary_and_standby(tmp_path) as (primary, standby):
        migrate(primary)
        asyncio.run(follow(primary, standby))
        script = status.replace("postgresql://sqlrag@primary/sqlrag", f"'{primary}'")
        told = run(script.replace("postgresql://sqlrag@standby/sqlrag", f"'{standby}'"))
        assert "bytes and" in told
        assert "behind" in told
        servers = {"DATABASE_URL": primary, "SQLRAG_READ_DATABASE_URL": standby}
        with serve("sqlrag", tmp_path, **servers) as url:
            assert "1874" in run(ask, API=url)
            ready = httpx.get(f"{url}/health/ready").json()
            assert ready["replica"]["lag_bytes"] is not None
            again = {"Idempotency-Key": "a-note"}
            note = {"documents": [{"id": "note", "text": "The lamp was cleaned."}]}
            first, second = (
                httpx.post(f"{url}/v1/documents", json=note, headers=again) for _ in range(2)
            )
            assert second.headers["Idempotent-Replayed"] == "true"
            assert second.headers["Sqlrag-Position"] == first.headers["Sqlrag-Position"]
            listed = httpx.get(f"{url}/v1/documents")
            assert "/" in listed.headers["Sqlrag-Position"]
            refused = httpx.get(f"{url}/v1/documents", headers={"Sqlrag-Position": "soon"})
            assert refused.status_code == 400
            assert "is no position" in refused.json()["detail"]
