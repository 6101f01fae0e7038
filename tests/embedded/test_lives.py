"""A server lives as long as it has users, whatever becomes of them, of it and of its keeper."""

import os
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sqlrag.database.embedded.place import Place
from tests.embedded.users import (
    User,
    count_starts,
    identity,
    is_alive,
    postmaster,
    query,
    wait_until,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one cluster for all that stop and kill its server."""
    home = tmp_path_factory.mktemp("lives") / "home"
    first = User(home)
    first.join()
    first.leave()
    return home


def test_many_at_once_share_one_server_which_the_last_one_stops(home: Path) -> None:
    before = count_starts(home)
    with ThreadPoolExecutor(8) as threads:
        users = list(threads.map(lambda _: User(home), range(8)))
        urls = set(threads.map(User.join, users))
        assert len(urls) == 1
        assert count_starts(home) == before + 1
        server = postmaster(home)
        *others, last = users
        list(threads.map(User.leave, others))
    assert query(urls.pop()) == "1"
    assert is_alive(server)
    last.leave()
    assert not is_alive(server)
    assert not (home / "postgres" / "postmaster.pid").exists()  # it went in peace
    assert not Place.of(home).sockets.exists()


def test_users_who_are_killed_are_gone_and_others_go_on(home: Path) -> None:
    killed, other = User(home), User(home)
    url, _ = killed.join(), other.join()
    server = postmaster(home)
    killed.kill()
    assert query(url) == "1"
    other.kill()
    wait_until(lambda: not is_alive(server))
    assert "shut down" in (home / "postgres.log").read_text().splitlines()[-1]


def test_coming_while_it_stops_is_no_failure(home: Path) -> None:
    for _ in range(3):
        leaving = User(home)
        leaving.join()
        coming = User(home)
        leaving.kill()
        assert query(coming.join()) == "1"
        coming.leave()


def test_a_server_that_dies_is_started_anew_at_the_same_address(home: Path) -> None:
    user = User(home)
    url = user.join()
    # A backend that is too busy to notice, and would keep the next server from starting.
    busy = subprocess.Popen(
        ["psql", "-X", "-c", "DO $$ BEGIN LOOP END LOOP; END $$", url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(
        lambda: (
            query(url, "SELECT count(*) > 1 FROM pg_stat_activity WHERE state = 'active'") == "t"
        )
    )
    server = postmaster(home)
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: query(url) == "1")
    assert postmaster(home) != server
    busy.wait()
    user.leave()


def test_a_keeper_that_is_killed_is_missed_by_nobody(home: Path) -> None:
    user, other = User(home), User(home)
    url, _ = user.join(), other.join()
    server = postmaster(home)
    os.kill(keeper(server), signal.SIGKILL)
    wait_until(lambda: not is_alive(server))
    wait_until(lambda: query(url) == "1")
    server = postmaster(home)
    newcomer = User(home)
    assert newcomer.join() == url
    for one in (user, newcomer, other):
        assert is_alive(server)
        one.leave()
    assert not is_alive(server)


def keeper(server: int) -> int:
    return int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_keeper_killed_with_its_users_leaves_no_server(home: Path) -> None:
    user = User(home)
    user.join()
    server = postmaster(home)
    os.kill(user.process.pid, signal.SIGSTOP)
    os.kill(keeper(server), signal.SIGKILL)
    user.kill()
    wait_until(lambda: not is_alive(server))
    assert not is_alive(server)


def test_what_a_killed_server_left_keeps_no_new_one_from_starting(home: Path) -> None:
    place = Place.of(home)
    place.make_sockets_folder()
    # Its process number is another program's by now, of the same user; its socket has no listener.
    run_as = identity(place.uid if os.geteuid() == 0 else None)
    program = subprocess.Popen(["sleep", "60"], **run_as)
    try:
        left = [program.pid, place.data, 1, 5432, place.sockets, "", "1 1", "ready"]
        text = "\n".join(map(str, left)) + "\n"
        for file in (place.data / "postmaster.pid", place.sockets / ".s.PGSQL.5432.lock"):
            file.write_text(text)
            place.give(file)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place.sockets / ".s.PGSQL.5432"))
        user = User(home)
        assert query(user.join()) == "1"
        user.leave()
        assert program.poll() is None
    finally:
        program.kill()
        program.wait()


def test_a_forked_child_may_outlive_its_parent(home: Path) -> None:
    user = User(home)
    url = user.join()
    server = postmaster(home)
    child = int(
        user.leave("""
import os, time
child = os.fork()
if child:
    print(child)
else:
    os.close(1); os.close(2)
    time.sleep(60)
    os._exit(0)
""")
    )
    assert query(url) == "1"
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not is_alive(server))


def test_a_home_that_is_deleted_under_its_server_is_made_anew(home: Path) -> None:
    user = User(home)
    url = user.join()
    query(url, "CREATE TABLE old ()")
    (home / "postgres").rename(home / "deleted")
    newcomer = User(home)
    assert newcomer.join() == url
    assert query(url, "SELECT to_regclass('old') IS NULL") == "t"
    user.leave()
    newcomer.leave()


def test_a_server_that_cannot_start_is_one_sentence(tmp_path: Path) -> None:
    place = Place.of(tmp_path)
    place.data.mkdir(mode=0o700)
    place.give(place.data)
    for version, told in (
        ("18", "FATAL|No such file|could not"),
        ("19", "written by PostgreSQL 19"),
        ("17", "PATH="),
    ):
        (place.data / "PG_VERSION").write_text(version + "\n")
        place.give(place.data / "PG_VERSION")
        refusal = User(tmp_path).refusal()
        assert refusal.startswith(f"The embedded Postgres of {place.data} does not start (")
        assert any(word in refusal for word in told.split("|")), refusal
        assert "\n" not in refusal
