import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.api.serving import find_free_port
from tests.support.outside import outside

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, **environment: str) -> str:
    clean = {name: value for name, value in outside().items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("uv"):
        pytest.skip("uv is not on the PATH")
    folder = tmp_path_factory.mktemp("wheel")
    run("uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    (built,) = folder.glob("sqlrag_postgres-*.whl")  # the name without it is another project's
    return built


def test_the_wheel_holds_every_file_of_the_sql_room_and_the_diary(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder, home in (("src/sql", "sqlrag/sql"), ("alembic", "sqlrag/alembic")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{home}/{path.relative_to(ROOT / folder).as_posix()}" in held
    assert not [name for name in held if name.startswith(("tests/", "src/"))]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, without extras."""
    home = tmp_path_factory.mktemp("installed") / "env"
    run("uv", "venv", "--quiet", "--python", sys.executable, home)
    run("uv", "pip", "install", "--quiet", "--python", home, wheel)
    return home


def test_an_installed_wheel_migrates_and_answers(
    wheel: Path, installed: Path, empty_url: str, tmp_path: Path
) -> None:
    sqlrag = installed / "bin" / "sqlrag"
    assert f"version {wheel.name.split('-')[1]}" in run(sqlrag, "--version")
    assert "migrated" in run(sqlrag, "migrate", DATABASE_URL=empty_url)
    note = tmp_path / "note.txt"
    note.write_text("The lamp of the lighthouse was lit on 3 May 1874.")
    run(sqlrag, "ingest", note, DATABASE_URL=empty_url)
    answer = run(sqlrag, "ask", "When was the lamp lit?", DATABASE_URL=empty_url)
    assert "3 May 1874" in answer
    assert "[1] note" in answer


def test_tokens_are_an_extra(wheel: Path, installed: Path) -> None:
    """Before that of tools for models, which brings the same package along."""
    rights = {"AUDIENCE": "rag", "DEFAULT_ROLE": "reader", "DEFAULT_WORKSPACE": "*"}
    given = {f"SQLRAG_OIDC_{name}": value for name, value in rights.items()}
    settings = {**os.environ, **given, "SQLRAG_OIDC_ISSUER": "https://idp.example.org"}
    command = [str(installed / "bin" / "sqlrag"), "serve", "--port", str(find_free_port())]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'sqlrag-postgres[oidc]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    run("uv", "pip", "install", "--quiet", "--python", installed, f"{wheel}[oidc]")
    run(installed / "bin" / "python", "-c", "import sqlrag.doors.http.signatures")


def test_tools_for_models_are_an_extra(wheel: Path, installed: Path) -> None:
    command = [str(installed / "bin" / "sqlrag"), "mcp", "--print-config"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'sqlrag-postgres[mcp]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    run("uv", "pip", "install", "--quiet", "--python", installed, f"{wheel}[mcp]")
    assert str(installed / "bin" / "python") in run(*command)
