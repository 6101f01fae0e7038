"""The guides run as they stand."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sqlrag.app import Rag
from sqlrag.database.embedded import psql_command
from sqlrag.settings import Settings

ROOT = Path(__file__).parents[2]


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)
    assert found, f"{name} has no {language} block"
    return found


def run(command: list[str], folder: Path, url: str) -> str:
    """Run a command where `sqlrag` is this checkout's and the database is the test's."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, program: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sqlrag").symlink_to(program)
    return tmp_path


@pytest.fixture
def guide_url(url: str, settings: Settings) -> str:
    async def fill() -> None:
        async with Rag.open(url, workspace="guide", settings=settings) as rag:
            await rag.insert("The lamp was lit on 3 May 1874.", "lamp", metadata={"year": 1874})

    asyncio.run(fill())
    return url


def test_the_python_guide_runs(folder: Path, url: str) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "a.md").write_text("# Note\n\nA note.")
    (script,) = blocks("docs/python.md", "python")
    printed = run([sys.executable, "-c", script], folder, url)
    assert "3 May 1874" in printed
    assert "3 documents" in printed


def test_the_readme_example_runs(folder: Path, url: str) -> None:
    (example,) = blocks("README.md", "python")
    imports, body = example.split("\n\n", 1)
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    script = f"import asyncio\n{imports}\nasync def main():\n{indented}\nasyncio.run(main())"
    assert "3 May 1874" in run([sys.executable, "-c", script], folder, url)


def test_the_sql_guide_runs(folder: Path, guide_url: str) -> None:
    command, environment = psql_command(guide_url, ["-X", "-v", "ON_ERROR_STOP=1", "-f", "-"])
    first, last = blocks("docs/sql.md", "sql")
    for script in (first, last):
        done = subprocess.run(
            command,
            input=script,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        if script is first:
            assert "The lamp was lit" in done.stdout
            (shell,) = blocks("docs/sql.md", "sh")
            assert "vector" in run(["sh", "-e", "-c", shell], folder, guide_url)
    assert "DELETE 1" in done.stdout


def test_the_querying_guide_runs(folder: Path, url: str) -> None:
    printed = run(["sh", "-e", "-c", "\n".join(blocks("docs/querying.md", "sh"))], folder, url)
    assert "entity Pavel Brandt" in printed
    assert "studied optics" in printed
    assert re.search(r"plan: .* ms running, \d+ rows? read", printed)
    (script,) = blocks("docs/querying.md", "sql")
    (folder / "guide.sql").write_text(script)
    listed = run(["sqlrag", "psql", "-v", "ON_ERROR_STOP=1", "-f", "guide.sql"], folder, url)
    assert "Pavel Brandt" in listed
    assert "Execution Time" in listed
    (program,) = blocks("docs/querying.md", "python")
    assert "Ada Orlenko" in run([sys.executable, "-c", program], folder, url)


def test_the_evaluation_guide_runs(folder: Path, url: str) -> None:
    files, missed, first, second = blocks("docs/evaluating.md", "sh")
    printed = run(["sh", "-e", "-c", files], folder, url)
    assert re.search(r"hit@5 +hit@10 +quoted +first +refused", printed)
    assert re.search(r"auto( +100\.0){7}", printed), printed
    printed = run(["sh", "-e", "-c", missed], folder, url)
    assert "for thirty years" in printed
    printed = run(["sh", "-e", "-c", first], folder, url)
    assert re.search(r"recall@2 +recall@5 +recall@10", printed)
    assert re.search(r"naive +\d", printed)
    assert "multihop − naive, recall@2: " in printed
    printed = run(["sh", "-e", "-c", second], folder, url)
    assert re.search(r"lighthouse \| multihop", printed)
    assert re.search(r"keeper who lit the lamp born\? +\| +\d", printed)


def test_the_guide_to_hops_runs(folder: Path, url: str) -> None:
    (script,) = blocks("docs/multihop.md", "sh")
    printed = run(["sh", "-e", "-c", script], folder, url)
    assert "mode multihop. The question names Grey Harbour." in printed
    assert "Ada Quist" in printed


def test_the_guide_to_editing_runs(folder: Path, guide_url: str) -> None:
    (script,) = blocks("docs/editing.md", "sql")
    command, environment = psql_command(guide_url, ["-X", "-v", "ON_ERROR_STOP=1", "-f", "-"])
    done = subprocess.run(
        command,
        input=script,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"Anna Weber +\| Anna Webber", done.stdout)
    assert re.search(r"me +\| create_entity +\| Anna Weber", done.stdout)
    (script,) = blocks("docs/editing.md", "python")
    printed = run([sys.executable, "-c", script], folder, guide_url)
    assert "me rename_entity Harbour" in printed


def test_the_store_guide_runs(folder: Path, url: str) -> None:
    script, blocking = blocks("docs/store.md", "python")
    printed = run([sys.executable, "-c", script], folder, url)
    assert "1 alien" in printed
    assert "A crew meets a creature. 1003" in printed
    (queries,) = blocks("docs/store.md", "sql")
    assert "solaris" in run(psql_command(url, ["-X", "-c", queries])[0], folder, url)
    assert run([sys.executable, "-c", blocking], folder, url) == "heat\n"
    (shell,) = blocks("docs/store.md", "sh")
    assert "chunk recall of films" in run(["sh", "-e", "-c", shell], folder, url)


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
