"""What the command line says of a batch with bad documents, and of another embedder."""

import re
from pathlib import Path

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.bad_input.making import make_pdf, write_good
from tests.cli.running import Cli


def test_the_command_line_prints_each_sentence_and_fails(url: str, tmp_path: Path) -> None:
    write_good(tmp_path / "batch")
    (tmp_path / "batch" / "empty.txt").touch()
    (tmp_path / "batch" / "locked.pdf").write_bytes(make_pdf("secret"))
    done = Cli(tmp_path, {"DATABASE_URL": url})("ingest", "batch", "absent.txt", code=1)
    table, failures = done.out.splitlines()[:5], done.out.splitlines()[5:]
    assert [row.split()[:2] for row in table[1:]] == [
        ["added", "2"],
        ["updated", "0"],
        ["unchanged", "0"],
        ["failed", "3"],
    ]
    names = [f"failed  {name}" for name in ("batch/empty.txt", "batch/locked.pdf", "absent.txt")]
    assert failures[::2] == names
    assert all(re.match(r" {8}\S.*: .*; .*\.$", sentence) for sentence in failures[1::2])


async def test_embeddings_of_another_dimension_are_refused_and_nothing_is_lost(
    url: str, settings: Settings, tmp_path: Path
) -> None:
    paths = write_good(tmp_path / "good")
    async with Rag.open(url, settings=settings) as rag:
        await rag.ingest(paths[0])
    sqlrag = Cli(tmp_path, {"DATABASE_URL": url, "SQLRAG_OFFLINE_DIMENSIONS": "64"})
    refused = sqlrag("ingest", "good", code=1).sentence
    assert refused == (
        'The embeddings of workspace "default" were made by offline-hashing-v1 with 512 '
        "dimensions, but the embedder is offline-hashing-v1 with 64; configure that model again, "
        "use another workspace, or delete the documents of this one and ingest them anew."
    )
    assert sqlrag("ask", "When was the lamp lit?", code=1).sentence == refused
    async with Rag.open(url, settings=settings) as rag:
        assert "1871" in (await rag.query("When was the lamp lit?")).text
        assert [one.source_key for one in await rag.list_documents()] == [str(paths[0])]
