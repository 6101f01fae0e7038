"""Any home will do, and nobody else gets at what is in it."""

import asyncio
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from sqlrag.database.embedded.place import Place
from tests.embedded.users import NOBODY, ODD, User, as_root, identity, open_to_all, query


def test_a_home_may_be_long_and_have_any_character(tmp_path: Path) -> None:
    home = tmp_path / ODD / ("x" * 150)
    user = User(home)
    url = user.join()
    assert query(url) == "1"

    async def ask() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval("SHOW data_directory")
        finally:
            await connection.close()

    assert asyncio.run(ask()) == str(home / "postgres")
    assert make_url(url).query["host"] == str(Place.of(home).sockets)
    assert "%" not in url  # alembic's configuration would interpolate it
    user.leave()
    assert [one.name for one in home.iterdir() if "new" in one.name] == []


@as_root
def test_another_user_of_the_machine_is_refused(tmp_path: Path) -> None:
    user = User(open_to_all(tmp_path) / ("x" * 150))
    url = user.join()
    refused = query(url, "COPY (SELECT 1) TO PROGRAM 'id'", uid=NOBODY)
    assert "Permission denied" in refused
    sockets = Path(query(url, "SHOW unix_socket_directories"))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700
    ran = "CREATE TEMP TABLE t (line text); COPY t FROM PROGRAM 'id'; SELECT line FROM t"
    assert "root" not in query(url, ran)
    user.leave()


@as_root
@pytest.mark.parametrize("trap", ["folder", "link", "open folder"])
def test_a_socket_folder_that_is_not_our_own_is_refused(tmp_path: Path, trap: str) -> None:
    sockets = Place.of(tmp_path).sockets
    sockets.parent.mkdir(mode=0o700, exist_ok=True)
    folder = tmp_path / "theirs" if trap == "link" else sockets
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as keeper:
        keeper.bind(str(folder / "keeper"))
        keeper.listen()
        owner = NOBODY if trap == "folder" else sockets.parent.stat().st_uid
        os.chown(folder, owner, owner)
        folder.chmod(0o777 if trap == "open folder" else 0o700)
        if trap == "link":
            sockets.symlink_to(folder)
        try:
            assert User(tmp_path).refusal().endswith("remove it.")
        finally:
            sockets.unlink() if trap == "link" else shutil.rmtree(sockets)


@as_root
def test_two_users_of_a_machine_have_a_server_each(tmp_path: Path, second_user: int) -> None:
    homes = open_to_all(tmp_path)
    (homes / "theirs").mkdir()
    os.chown(homes / "theirs", second_user, second_user)
    ours = User(homes / "ours")
    theirs = User(homes / "theirs", uid=second_user)
    our_url, their_url = ours.join(), theirs.join()
    assert query(our_url) == query(their_url, uid=second_user) == "1"
    assert "Permission denied" in query(our_url, uid=second_user)
    intruder = User(homes / "ours", uid=second_user)
    assert "set SQLRAG_HOME to a folder of your own" in intruder.refusal()
    # Root joins, and starts, the server of another as that user, who can use what root has made.
    theirs.leave()
    administrator = User(homes / "theirs")
    assert administrator.join() == their_url
    theirs = User(homes / "theirs", uid=second_user)
    assert query(theirs.join(), uid=second_user) == "1"
    administrator.leave()
    theirs.leave()
    ours.leave()


@as_root
def test_a_folder_is_opened_to_the_user_of_the_server_only(tmp_path: Path) -> None:
    closed = open_to_all(tmp_path) / "closed"
    home = closed / "home"
    home.mkdir(parents=True)
    closed.chmod(0o700)
    user = User(home)
    url = user.join()
    owner = (home / "postgres").stat().st_uid
    may_list = [run_as(owner, "ls", closed), run_as(NOBODY, "ls", home)]
    assert all("Permission denied" in told for told in may_list)
    assert query(url, "SELECT pg_ls_dir('.') = 'PG_VERSION' LIMIT 1") in {"t", "f"}
    user.leave()


def run_as(uid: int, *command: object) -> str:
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, **identity(uid)).stderr


@as_root
def test_the_first_starts_of_a_machine_at_once_agree_on_the_user() -> None:
    name = f"sqlrag-test-{os.getpid()}"
    program = (
        f"from sqlrag.database.embedded.place import server_user; print(server_user('{name}'))"
    )
    asked = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(8)
    ]
    try:
        answers = {one.communicate()[0] for one in asked}
    finally:
        subprocess.run(["userdel", name], check=True)
    assert len(answers) == 1
    assert all(one.returncode == 0 for one in asked)
