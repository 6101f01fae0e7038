import asyncio
import signal
import time
from pathlib import Path

import asyncpg

from sqlrag.doors.cli.demo import SAMPLES
from tests.cli.running import PATIENCE, Cli, finish
from tests.stub_openai import StubOpenAI
from tests.support.owning import name_owner


def counts(out: str) -> dict[str, int]:
    """Outcome and number of documents, from the closing table."""
    rows = [line.split() for line in out.splitlines()[1:5]]
    return {row[0]: int(row[1]) for row in rows}


def test_a_document_is_added_once_and_updated_when_it_changed(sqlrag: Cli) -> None:
    note = sqlrag.folder / "note.md"
    note.write_text("# Note\n\nFirst words.")
    assert counts(sqlrag("ingest", "note.md").out)["added"] == 1
    again = sqlrag("ingest", note)
    assert counts(again.out) == {"added": 0, "updated": 0, "unchanged": 1, "failed": 0}
    note.write_text("# Note\n\nOther words.")
    (result,) = sqlrag.inside("ingest", "note.md", "--json").json
    assert result["source_key"] == str(note)
    assert (result["outcome"], result["embedded_count"], result["error"]) == ("updated", 1, None)


def test_folders_and_globs_stand_for_their_files_and_hidden_ones_are_left_out(sqlrag: Cli) -> None:
    folder = sqlrag.folder / "ordner für Ä 文"
    for name in ("a b.txt", "日本.txt", "sub/c.md", ".hidden/d.txt", ".e.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"The text of {name}.")
    results = sqlrag("ingest", folder, "ordner*/**/*.md", "--json").json
    assert [Path(result["source_key"]).name for result in results] == [
        "a b.txt",
        "日本.txt",
        "c.md",
    ]
    assert {result["outcome"] for result in results} == {"added"}


def test_standard_input_may_be_text_or_a_pdf(sqlrag: Cli) -> None:
    text = sqlrag.inside("ingest", "-", "--key", "notes/1", "--title", "One", stdin=b"Some text.")
    assert counts(text.out)["added"] == 1
    report = (SAMPLES / "annual-report-2022.pdf").read_bytes()
    (result,) = sqlrag("ingest", "-", "--json", stdin=report).json
    assert (result["source_key"], result["outcome"]) == ("stdin", "added")
    listed = sqlrag.inside("documents", "--json").json
    assert (listed[0]["source_key"], listed[0]["title"]) == ("notes/1", "One")
    assert listed[1]["media_type"] == "application/pdf"


def test_what_is_piped_has_neither_bars_nor_folded_lines(sqlrag: Cli) -> None:
    name = "a long name " * 10 + ".txt"
    (sqlrag.folder / name).write_text("Some words.")
    (sqlrag.folder / "empty.txt").touch()
    done = sqlrag("ingest", name, "empty.txt", code=1)
    assert not {"━", "\r", "\x1b"} & set(done.out + done.err)
    assert done.out.splitlines()[5:] == [
        "failed  empty.txt",
        "        empty.txt is empty: it holds no text to search; "
        "check that it was saved and uploaded in full.",
    ]
    listed = sqlrag("documents").out.splitlines()
    assert any(line.endswith(name) for line in listed)


def test_a_folder_without_files_is_no_failure(sqlrag: Cli) -> None:
    (sqlrag.folder / "empty").mkdir()
    assert sqlrag.inside("ingest", "empty").err.startswith("Nothing to ingest: there are no files")
    assert sqlrag.inside("ingest", "empty", "--json").json == []


def test_options_that_do_not_fit_are_usage_errors(sqlrag: Cli) -> None:
    for name in ("a.txt", "b.txt"):
        (sqlrag.folder / name).write_text(name)
    assert "--title is for a single" in sqlrag.inside("ingest", ".", "--title", "x", code=2).err
    assert "standard input" in sqlrag.inside("ingest", "a.txt", "--key", "x", code=2).err
    assert (
        "must be a JSON object" in sqlrag.inside("ingest", "a.txt", "--metadata", "[1]", code=2).err
    )


def test_interrupting_keeps_what_was_finished(sqlrag: Cli, url: str) -> None:
    for number in range(60):
        (sqlrag.folder / f"{number}.txt").write_text(f"The storm number {number}.")
    with StubOpenAI(latency=0.2) as stub:
        process = sqlrag.start(
            "ingest",
            ".",
            forked=True,
            OPENAI_BASE_URL=stub.base_url,
            SQLRAG_EXTRACTION="off",
            SQLRAG_INGEST_IN_WORK="8",
        )
        asyncio.run(wait_for_documents(url, 5))
        process.send_signal(signal.SIGINT)
        done = finish(process, 130)
    assert done.sentence == "stopped; what was finished is stored."
    assert 5 <= asyncio.run(count_documents(url)) < 60


async def wait_for_documents(url: str, number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while await count_documents(url) < number:
        assert time.monotonic() < deadline, "no documents are written"
        await asyncio.sleep(0.02)


async def count_documents(url: str) -> int:
    connection = await asyncpg.connect(name_owner(url))
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM sqlrag.documents WHERE status = 'ready'"
            )
        )
    finally:
        await connection.close()


def test_what_no_parser_reads_in_a_folder_is_skipped_and_what_is_named_fails(sqlrag: Cli) -> None:
    folder = sqlrag.folder / "mixed"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("The lamp is lit.")
    (folder / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe")
    (folder / "sub" / "y.zip").write_bytes(b"PK\x03\x04\0\0\0\xff")
    (folder / "up").symlink_to("..")
    (folder / "sub" / "begun.md").write_bytes(b"\n")
    (folder / "few.bin").write_bytes(b"\x89PNG\r\n")
    done = sqlrag("ingest", folder)
    assert counts(done.out)["failed"] == 0
    assert "skipped 5 (bin, empty, link up, png, zip)" in done.out.splitlines()
    assert "it is empty" in done.out
    assert [one["title"] for one in sqlrag.inside("documents", "--json").json] == ["a"]
    assert "no parser reads" in sqlrag("ingest", folder / "x.png", code=1).out
    assert "is empty" in sqlrag("ingest", folder / "sub" / "begun.md", code=1).out


def test_documents_without_a_file_are_told_and_pruned_when_asked(sqlrag: Cli) -> None:
    folder = sqlrag.folder / "notes"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"The text of {name}.")
    sqlrag("ingest", folder)
    (folder / "b.txt").unlink()
    told = sqlrag("ingest", folder)
    assert "1 document has no file any more; to delete them, repeat it with --prune." in told.err
    assert "Nobody can answer here" in sqlrag("ingest", folder, "--prune", code=2).err
    assert len(sqlrag.inside("documents", "--json").json) == 2
    assert "Deleted 1 document without a file." in sqlrag("ingest", folder, "--prune", "--yes").err
    (left,) = sqlrag.inside("documents", "--json").json
    assert left["title"] == "a"
    assert "--prune goes with a folder" in sqlrag("ingest", folder / "a.txt", "--prune", code=2).err
    asked = "ingest", folder, "--estimate", "--prune", "--yes"
    assert "not with --estimate" in sqlrag(*asked, code=2).err


def test_an_address_is_told_that_it_is_not_fetched(sqlrag: Cli) -> None:
    done = sqlrag("ingest", "https://example.org/a.html", code=1)
    assert "failed  https://example.org/a.html\n" in done.out
    assert "https://example.org/a.html is an address, and addresses are not fetched; " in done.out
