"""What the command line says of a batch with bad documents, and of another embedder."""

import re
from pathlib import Path

from sqlrag.app import Rag
from sqlrag.settings import Settings
from tests.bad_input.making import make_pdf, write_good
from tests.cli.running import Cli
from tests.stub_openai import StubOpenAI


def test_the_command_line_prints_each_sentence_and_fails(url: str, tmp_path: Path) -> None:
    write_good(tmp_path / "batch")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "batch" / "locked.pdf").write_bytes(make_pdf("secret"))
    done = Cli(tmp_path, {"DATABASE_URL": url})(
        "ingest", "batch", "empty.txt", "absent.txt", code=1
    )
    table, failures = done.out.splitlines()[:5], done.out.splitlines()[5:]
    assert [row.split()[:2] for row in table[1:]] == [
        ["added", "2"],
        ["updated", "0"],
        ["unchanged", "0"],
        ["failed", "3"],
    ]
    names = [f"failed  {name}" for name in ("batch/locked.pdf", "empty.txt", "absent.txt")]
    assert failures[::2] == names
    assert all(re.match(r" {8}\S.*: .*; .*\.$", sentence) for sentence in failures[1::2])


async def test_embeddings_that_nobody_makes_here_are_refused_and_nothing_is_lost(
    url: str, newcomers: Settings, tmp_path: Path
) -> None:
    paths = write_good(tmp_path / "good")
    with StubOpenAI() as stub:
        online = newcomers.model_copy(update={"openai_base_url": stub.base_url})
        async with Rag.open(url, settings=online) as rag:
            await rag.ingest(paths[0])
    sqlrag = Cli(tmp_path, {"DATABASE_URL": url}, newcomers=True)
    refused = sqlrag("ingest", "good", code=1).sentence
    assert refused == (
        'The embeddings of workspace "default" were made by text-embedding-3-small with 64 '
        "dimensions, but the embedder is use-multilingual-v3 with 512; configure that model again, "
        "use another workspace, or have this one embedded anew: "
        "sqlrag space switch --model use-multilingual-v3"
    )
    assert sqlrag("ask", "When was the lamp lit?", code=1).sentence == refused
    async with Rag.open(url, settings=newcomers) as rag:
        assert [one.source_key for one in await rag.list_documents()] == [str(paths[0])]
        await rag.switch_space("use-multilingual-v3")
        assert "1871" in (await rag.query("When was the lamp lit?")).text
