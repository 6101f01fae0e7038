"""`sqlrag watch`, `sqlrag watch-table`, `sqlrag schedule`."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from tests.cli.running import PATIENCE, Cli, Finished, finish
from tests.conftest import run_sql
from tests.support.owning import name_owner

KEYS = (
    "SELECT array_agg(source_key ORDER BY source_key) FROM sqlrag.documents WHERE status = 'ready'"
)


def stored(sqlrag: Cli) -> list[str]:
    """The documents, as paths within the folder that is watched."""
    folder = str(sqlrag.folder / "notes") + os.sep
    keys = asyncio.run(_fetch(sqlrag.settings["DATABASE_URL"], KEYS)) or []
    return [key.removeprefix(folder) for key in keys]


async def _fetch(url: str, query: str) -> list[str]:
    connection = await asyncpg.connect(name_owner(url))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def watching(sqlrag: Cli, *more: str) -> Iterator[list[Finished]]:
    """Until the end of the block, where Ctrl-C is pressed; then what it printed."""
    process = sqlrag.start("watch", "notes", *more, forked=True, SQLRAG_EXTRACTION="off")
    done: list[Finished] = []
    try:
        assert process.stderr
        read = b""
        while not read.startswith(b"Watching"):
            read = process.stderr.readline()
            assert read, "it ended"
        yield done
        process.send_signal(signal.SIGINT)
        done.append(finish(process))
    finally:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
        process.communicate()


def write(sqlrag: Cli, name: str, text: str) -> Path:
    path = sqlrag.folder / "notes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_and_a_workspace_are_kept_in_step(sqlrag: Cli) -> None:
    write(sqlrag, "old.md", "What was there before.")
    write(sqlrag, ".hidden/no.md", "Nobody sees this.")
    with watching(sqlrag) as done:
        assert stored(sqlrag) == ["old.md"]
        new = write(sqlrag, "new.txt", "First words.")
        wait_for(lambda: stored(sqlrag) == ["new.txt", "old.md"])
        with new.open("a") as half:  # as one that is being written
            half.write("Some more")
            half.flush()
            time.sleep(0.3)
            half.write(" and the end of it.")
        text = "SELECT array_agg(content) FROM rag.chunks WHERE source_key LIKE '%.txt'"
        url = sqlrag.settings["DATABASE_URL"]
        whole = ["First words.Some more and the end of it."]
        wait_for(lambda: asyncio.run(_fetch(url, text)) == whole)
        write(sqlrag, ".secret.md", "Hidden as well.")
        new.rename(new.with_name("renamed.txt"))
        wait_for(lambda: stored(sqlrag) == ["old.md", "renamed.txt"])
        outside = sqlrag.folder / "outside"
        (outside / "deep").mkdir(parents=True)
        (outside / "deep" / "moved.md").write_text("It came with its folder.")
        outside.rename(sqlrag.folder / "notes" / "inside")
        wait_for(lambda: "inside/deep/moved.md" in stored(sqlrag))
        shutil.move(sqlrag.folder / "notes" / "inside", outside)
        (sqlrag.folder / "notes" / "old.md").unlink()
        wait_for(lambda: stored(sqlrag) == ["renamed.txt"])
    lines = [" ".join(line.split()) for line in done[0].err.splitlines()]
    assert "added notes/inside/deep/moved.md" in lines
    assert "deleted notes/new.txt" in lines
    assert any(line.startswith("updated notes/") or line == "added notes/new.txt" for line in lines)
    assert lines[-1] == "Stopped; what was finished is stored."
    assert done[0].out == ""


def test_what_happened_meanwhile_is_caught_up_with(sqlrag: Cli) -> None:
    for name in ("a.md", "b.md", "c.md"):
        write(sqlrag, name, f"The text of {name}.")
    outside = sqlrag.folder / "outside.md"
    outside.write_text("Not of this folder.")
    with watching(sqlrag):
        assert stored(sqlrag) == ["a.md", "b.md", "c.md"]
    sqlrag.inside("ingest", outside)
    outside.unlink()
    (sqlrag.folder / "notes" / "a.md").unlink()
    write(sqlrag, "b.md", "Other words.")
    write(sqlrag, "d.md", "A new one.")
    with watching(sqlrag) as done:
        assert sorted(stored(sqlrag)) == sorted([str(outside), "b.md", "c.md", "d.md"])
    printed = [line.split() for line in done[0].err.splitlines()]
    assert printed == [["Stopped;", "what", "was", "finished", "is", "stored."]]


def test_an_empty_folder_deletes_nothing_unless_that_is_meant(sqlrag: Cli) -> None:
    write(sqlrag, "a.md", "The only one.")
    with watching(sqlrag):
        (sqlrag.folder / "notes" / "a.md").unlink()
        time.sleep(1)
    assert stored(sqlrag) == ["a.md"]
    refused = sqlrag.inside("watch", "notes", code=1)
    assert refused.sentence.endswith(
        "notes is empty, and 1 documents came from it; none were deleted. "
        "Mount it if it is not, or say --yes if they are to go."
    )
    (sqlrag.folder / "notes").rmdir()
    assert "is not a folder, or is gone" in sqlrag.inside("watch", "notes", code=1).sentence
    assert stored(sqlrag) == ["a.md"]
    (sqlrag.folder / "notes").mkdir()
    with watching(sqlrag, "--yes"):
        assert stored(sqlrag) == []


def test_a_broken_file_is_one_line_and_stops_no_other(sqlrag: Cli) -> None:
    write(sqlrag, "a.md", "A good one.")
    with watching(sqlrag) as done:
        write(sqlrag, "broken.pdf", "%PDF-1.7 of which the rest is missing")
        write(sqlrag, "good.md", "Another good one.")
        wait_for(lambda: stored(sqlrag) == ["a.md", "good.md"])
        broken = "SELECT array_agg(status) FROM rag.documents WHERE error IS NOT NULL"
        wait_for(lambda: asyncio.run(_fetch(sqlrag.settings["DATABASE_URL"], broken)) == ["failed"])
    (failed,) = [line for line in done[0].err.splitlines() if line.startswith("failed")]
    assert "notes/broken.pdf" in failed


def test_a_table_is_watched_and_its_rows_are_waited_for(sqlrag: Cli, url: str) -> None:
    run_sql(
        url,
        """CREATE TABLE article (id int PRIMARY KEY, title text, body text, tags text[]);
        INSERT INTO article SELECT n, 'Title', 'Body ' || n FROM generate_series(1, 7) AS n""",
    )
    assert sqlrag.inside("watch-table").out == 'No tables are watched in workspace "default".\n'
    assert "--key" in sqlrag.inside("watch-table", "article", code=2).err
    asked = "watch-table", "public.article", "--key", "id", "--text", "body"
    more = "--title", "title", "--metadata", "tags, title", "--where", "id <> 3"
    made = sqlrag.inside(*asked, *more)
    assert made.out == "Watching public.article: 6 rows done.\n"
    assert "No worker is alive" in made.err
    assert sqlrag.inside(*asked, *more).out == "public.article is watched already.\n"
    listed = sqlrag.inside("watch-table").out
    assert listed.splitlines()[1].split()[:4] == ["public.article", "watching", "id", "body"]
    assert len(sqlrag.inside("documents", "--json").json) == 6
    told = sqlrag.inside(*asked, "--no-wait", "--json").json
    assert told["track_id"]
    assert told["jobs"] == {}
    sqlrag.inside("unwatch-table", "public.article", "--delete-documents", code=2)
    gone = sqlrag.inside("unwatch-table", "public.article", "--delete-documents", "--yes")
    assert gone.out == "public.article is no longer watched.\n"
    assert sqlrag.inside("documents", "--json").json == []
    refused = sqlrag.inside("unwatch-table", "public.article", code=1)
    assert refused.sentence == 'public.article is not watched in workspace "default".'


def test_schedules_are_added_listed_disabled_and_removed(sqlrag: Cli) -> None:
    given = "--arguments", '{"days": 30}', "--time-zone", "Europe/Berlin", "--json"
    (made,) = sqlrag.inside("schedule", "add", "0 3 * * *", "prune", *given).json
    assert (made["kind"], made["arguments"], made["enabled"]) == ("prune", {"days": 30}, True)
    number = made["schedule_id"]
    assert "disabled" in sqlrag.inside("schedule", "disable", number).out
    assert "disabled" not in sqlrag.inside("schedule", "enable", number).out
    assert "Europe/Berlin" in sqlrag.inside("schedule", "list").out
    sqlrag.inside("schedule", "remove", number)
    assert sqlrag.inside("schedule", "list").out == 'No schedules in workspace "default".\n'
    assert "cannot be used" in sqlrag.inside("schedule", "add", "daily", "prune", code=1).sentence
