"""A document that cannot be read costs itself alone, and one clear sentence."""

import os
import re
import time
from pathlib import Path

import pytest

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from tests.bad_input.making import make_bomb, make_junk, make_pdf, write_good


async def refusal(rag: Rag, bad: Path) -> str:
    """What is said of a bad file that comes between good ones, which are all stored."""
    first, last = write_good(bad.parent / "good")
    before, failed, after = await rag.ingest(first, bad, last)
    assert (before.outcome, failed.outcome, after.outcome) == ("added", "failed", "added")
    assert failed.source_key == str(bad)
    assert failed.error
    assert re.fullmatch(r"\S.*(: |;).*\.", failed.error), "what, why and what to do, on one line"
    ready = [one.source_key for one in await rag.list_documents() if one.status == "ready"]
    assert sorted(ready) == [str(first), str(last)]
    return failed.error


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("empty.txt", b"", "empty.txt is empty: it holds no text to search; check that"),
        ("blank.md", b" \n\t\n", "blank.md is empty: it holds no text to search; check that"),
        ("junk.bin", make_junk(), "junk.bin cannot be read: no parser reads binary files"),
        ("junk.txt", make_junk(), "junk.txt cannot be read: it holds binary data, not text; give"),
        ("broken.pdf", make_pdf()[:300], "broken.pdf cannot be read: "),
        ("junk.pdf", make_junk(), "junk.pdf cannot be read: "),
        ("locked.pdf", make_pdf("secret"), "locked.pdf cannot be read: .*password"),
        ("bomb.docx", make_bomb(), "bomb.docx .*as a zip bomb does; save it anew"),
        ("nul.txt", b"\0" * 5_000, "nul.txt is empty: it holds no text to search; check that"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[-5:] else "",
)
async def test_a_bad_file_is_refused_and_the_others_are_stored(
    rag: Rag, tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert re.match(sentence, await refusal(rag, tmp_path / name))


async def test_a_text_of_200_mb_is_refused_without_being_read(
    rag: Rag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(200 * 2**20)
    read = Path.read_bytes
    opened: list[Path] = []

    def note(path: Path) -> bytes:
        opened.append(path)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", note)
    start = time.perf_counter()
    sentence = await refusal(rag, large)
    assert time.perf_counter() - start < 10
    assert large not in opened
    assert sentence == (
        "large.txt cannot be ingested: it has 209,715,200 bytes and the limit is 104,857,600; "
        "split it, or raise SQLRAG_MAX_FILE_BYTES."
    )


async def test_more_text_than_allowed_is_refused(rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes(b"ten chars\n" * 3_000_000)
    assert await refusal(rag, tmp_path / "long.txt") == (
        "long.txt is too large: it has 30,000,000 characters of text and the limit is 20,000,000; "
        "split it or raise SQLRAG_MAX_TEXT_CHARS."
    )


async def test_text_in_another_encoding_is_read_all_the_same(rag: Rag, tmp_path: Path) -> None:
    text = "Павел Орленко заменил двадцать три призмы в линзе маяка.\n" * 5
    for encoding in ("cp1251", "utf-16", "koi8_r"):
        (tmp_path / f"{encoding}.txt").write_bytes(text.encode(encoding))
    (tmp_path / "cut.txt").write_bytes(text.encode()[:-2])
    assert {one.outcome for one in await rag.ingest(tmp_path)} == {"added"}
    chunks = (await rag.search("призмы")).chunks
    assert sum(1 + len(chunk.copies) for chunk in chunks) == 4
    assert all("Павел Орленко заменил двадцать три призмы" in chunk.content for chunk in chunks)


async def test_a_nul_character_here_and_there_is_left_out(rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "nul.txt").write_bytes(b"The keeper\0 of the lighthouse wrote a long report.")
    (result,) = await rag.ingest(tmp_path)
    assert result.outcome == "added"
    (chunk,) = (await rag.search("keeper")).chunks
    assert chunk.content == "The keeper of the lighthouse wrote a long report."


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("absent.txt", "it does not exist; check the spelling of the path."),
        ("x*.pdf", "no file matches it; check the spelling of the path."),
        ("~nobody-of-this-name/a.txt", "it does not exist; check the spelling of the path."),
        ("x" * 300, "File name too long; check the path."),
        ("good/good-1.txt/inside.txt", "Not a directory; check the path."),
    ],
    ids=("absent", "glob", "home", "too-long", "inside-a-file"),
)
async def test_a_path_that_stands_for_nothing_is_named(
    rag: Rag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_good(tmp_path / "good")
    results = await rag.ingest("good", path)
    assert [result.outcome for result in results] == ["added", "added", "failed"]
    assert results[2].error == f"{tmp_path / path} cannot be read: {why}"


async def test_a_pipe_is_not_waited_for(rag: Rag, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "it is not a file; name a file" in await refusal(rag, tmp_path / "pipe.txt")


async def test_a_name_that_is_not_unicode_is_refused(rag: Rag, tmp_path: Path) -> None:
    name = os.fsdecode(b"bad\xff.txt")
    try:
        (tmp_path / name).write_text("Some words.")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert "bad?.txt is not valid Unicode" in await refusal(rag, tmp_path / name)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> "Close":
    return Close(monkeypatch)


class Close:
    """Takes away the permission to read, from the superuser too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, path: Path) -> None:
        path.chmod(0)
        if os.access(path, os.R_OK):
            self._deny(Path, "read_bytes", path)
            self._deny(os, "scandir", path)
            self._deny(os, "listdir", path)

    def _deny(self, owner: object, name: str, closed: Path) -> None:
        real = getattr(owner, name)

        def deny(path: "Path | str") -> object:
            if Path(path) == closed:
                raise PermissionError(13, "Permission denied", str(path))
            return real(path)

        self.monkeypatch.setattr(owner, name, deny)


async def test_a_file_without_permission_is_named(rag: Rag, tmp_path: Path, closed: Close) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Some words.")
    closed(secret)
    assert await refusal(rag, secret) == (
        f"{secret} cannot be read: Permission denied; check its permissions."
    )


async def test_a_folder_without_permission_is_not_passed_over_in_silence(
    rag: Rag, tmp_path: Path, closed: Close
) -> None:
    write_good(tmp_path)
    (tmp_path / "secret").mkdir()
    closed(tmp_path / "secret")
    results = await rag.ingest(tmp_path)
    assert [result.outcome for result in results] == ["added", "added", "failed"]
    assert results[2].error == (
        f"{tmp_path / 'secret'} cannot be read: Permission denied; check its permissions."
    )


@pytest.mark.parametrize("language", ["klingon", "0", "-", "a b", "english'"])
async def test_a_language_that_postgres_does_not_know_costs_its_document_alone(
    rag: Rag, language: str
) -> None:
    texts = [Source.of_text("One.", "a"), Source.of_text("Two.", "b", language=language)]
    results = await rag.ingest(*texts, Source.of_text("Three.", "c"))
    assert [result.outcome for result in results] == ["added", "failed", "added"]
    assert "text search configuration" in (results[1].error or "")
    assert results[1].error_kind == "bad-input"


async def test_a_source_key_too_long_for_an_index_costs_its_document_alone(rag: Rag) -> None:
    long = "".join(chr(0x4E00 + number % 9000) for number in range(4000))
    before, failed, after = await rag.insert(["One.", "Two.", "Three."], ["a", long, "b"])
    assert (before.outcome, failed.outcome, after.outcome) == ("added", "failed", "added")
    assert failed.error_kind == "bad-input"
