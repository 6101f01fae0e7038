from tests.cli.running import Cli


def ingest(sqlrag: Cli, **texts: str) -> None:
    for name, text in texts.items():
        (sqlrag.folder / f"{name}.txt").write_text(text)
    sqlrag.inside("ingest", ".", code=1 if "\0" in "".join(texts.values()) else 0)


def test_an_empty_workspace_says_how_to_fill_it(sqlrag: Cli) -> None:
    assert sqlrag.inside("documents").out == (
        'No documents in workspace "default". Add some: sqlrag ingest PATH\n'
    )
    assert sqlrag.inside("documents", "--json").json == []
    assert "No workspaces yet. Make one: sqlrag ingest PATH" in sqlrag.inside("status").out


def test_documents_are_listed_with_why_they_failed(sqlrag: Cli) -> None:
    ingest(sqlrag, fine="Some words.", binary="\0\1\2")
    listed = sqlrag.inside("documents").out
    assert listed.splitlines()[0].split() == [
        "id",
        "status",
        "chunks",
        "tokens",
        "updated",
        "title",
        "source",
    ]
    assert "        binary.txt cannot be read: it holds binary data" in listed
    (failed,) = sqlrag.inside("documents", "--status", "failed", "--json").json
    assert failed["source_key"] == str(sqlrag.folder / "binary.txt")
    assert failed.keys() >= {"document_id", "status", "error", "chunk_count", "tags", "metadata"}
    page = sqlrag.inside("documents", "--limit", 1)
    assert len(page.out.splitlines()) <= 4
    assert page.err.startswith("There may be more: --after ")
    assert sqlrag.inside("documents", "--after", 999).out.startswith("No such documents")


def test_documents_are_deleted_by_id_path_and_key(sqlrag: Cli) -> None:
    ingest(sqlrag, a="One.", b="Two.")
    sqlrag.inside("ingest", "-", "--key", "2023", stdin=b"Three.")
    listed = sqlrag.inside("documents", "--json").json
    numbers = {one["title"]: one["document_id"] for one in listed}
    done = sqlrag("delete", numbers["a"], "b.txt", "--key", "2023")
    assert sorted(line.split()[-1] for line in done.out.splitlines()) == ["2023", "a.txt", "b.txt"]
    missing = sqlrag.inside("delete", "b.txt", "99999999999999999999", "²", code=1)
    assert missing.err.splitlines() == [
        f'error: there is no document {name} in workspace "default".'
        for name in ("b.txt", "99999999999999999999", "²")
    ]


def test_a_document_is_written_as_it_came_and_read_anew(sqlrag: Cli) -> None:
    ingest(sqlrag, a="One.\r\n")
    (listed,) = sqlrag.inside("documents", "--json").json
    number = listed["document_id"]
    assert sqlrag.inside("content", number, "-o", "copy.txt").out == "wrote 6 bytes to copy.txt\n"
    assert (sqlrag.folder / "copy.txt").read_bytes() == b"One.\r\n"
    assert sqlrag.inside("reparse").out == "Every document is as this version reads it.\n"
    assert sqlrag.inside("reparse", "--json").json == []
    missing = sqlrag.inside("content", 4711, code=1)
    assert missing.err == 'error: There is no document 4711 in workspace "default".\n'


def test_deleting_everything_asks_first(sqlrag: Cli) -> None:
    ingest(sqlrag, a="One.")
    assert "repeat the command with --yes" in sqlrag.inside("delete", "--all", code=2).err
    assert "Name documents to delete" in sqlrag.inside("delete", code=2).err
    assert sqlrag.inside("delete", "--all", "--yes").out == 'Deleted workspace "default".\n'
    assert sqlrag.inside("delete", "--all", "--yes", code=1).sentence == (
        'There is no workspace "default".'
    )


def test_status_tells_of_database_models_and_workspaces(library: Cli) -> None:
    lines = library("status").out.splitlines()
    assert lines[0].startswith("database         server, ")
    assert lines[-2].split() == ["workspace", "documents", "chunks", "embeddings"]
    assert lines[-1].split()[:3] == ["default", "3", "3"]
    report = library.inside("status", "--json").json
    assert report["workspaces"][0]["name"] == "default"
    assert report["models"].startswith("offline")


def test_wrong_settings_are_named(sqlrag: Cli) -> None:
    done = sqlrag.inside("status", code=1, SQLRAG_PORT="99999")
    assert done.sentence == (
        "SQLRAG_PORT is wrong: input should be less than or equal to 65535; "
        "correct it in the environment or in .env."
    )
    blank = sqlrag.inside("ingest", "-", "-w", " ", code=1, stdin=b"text")
    assert blank.sentence.startswith("A workspace needs a name")
