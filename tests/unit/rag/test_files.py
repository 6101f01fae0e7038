"""Which files a folder stands for: one mechanism for `ingest` and `watch`."""

import random
from pathlib import Path

import pytest

from sqlrag.domain.errors import BadInput, DocumentTooLarge, UnsupportedMediaType
from sqlrag.rag.files import File, Tree, find_files, read_source

FILES = (
    *(
        "a.txt",
        "build/b.txt",
        "keep.log",
        "notes.log",
        "sub/c.txt",
        "sub/notes.tmp",
        "deep/d/e.txt",
    ),
    *("node_modules/m.js", "sub/__pycache__/p.txt", ".git/config", ".env", "deep/secret/s.txt"),
)
TAKEN = ["a.txt", "keep.log", "deep/d/e.txt", "sub/c.txt"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("words")
    (tmp_path / ".gitignore").write_text("build/\n*.log\n!keep.log\n")
    (tmp_path / "sub" / ".gitignore").write_text("*.tmp\n")
    (tmp_path / "deep" / ".gitignore").write_text("/secret\n")
    return tmp_path


def names(files: list[File], folder: Path) -> list[str]:
    return [file.path.relative_to(folder).as_posix() for file in files]


def test_what_is_hidden_or_ignored_or_kept_by_programs_is_left_out(repository: Path) -> None:
    assert names(find_files([repository]), repository) == TAKEN


def test_a_folder_of_a_repository_obeys_what_the_repository_ignores(repository: Path) -> None:
    (repository / ".gitignore").write_text("c.txt\n")
    assert names(find_files([repository / "sub"]), repository) == []
    (repository / ".git" / "config").unlink()
    (repository / ".git").rmdir()
    assert names(find_files([repository / "sub"]), repository) == ["sub/c.txt"]


def test_what_is_named_is_taken_whatever_it_is(repository: Path) -> None:
    named = [repository / "notes.log", repository / ".env", repository / "build"]
    assert names(find_files(named), repository) == ["notes.log", ".env", "build/b.txt"]


def test_changes_in_a_folder_are_taken_as_its_files_are(repository: Path) -> None:
    changed = [repository / name for name in FILES]
    assert sorted(names(find_files(changed, Tree(str(repository))), repository)) == sorted(TAKEN)
    assert names(find_files([repository / "deep"], Tree(str(repository))), repository) == [
        "deep/d/e.txt"
    ]


def test_links_to_folders_are_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "gone.txt").symlink_to("nowhere")
    for file in find_files([tmp_path]):
        with pytest.raises(UnsupportedMediaType, match="is a link that is not followed"):
            read_source(file, 1_000)


def test_a_large_file_that_no_parser_reads_is_skipped_and_one_that_is_read_is_too_large(
    tmp_path: Path,
) -> None:
    for name, data in (("a.iso", random.Random(1).randbytes(999)), ("b.csv", b"a,b\n" * 999)):
        (tmp_path / name).write_bytes(data)
    disk, table = find_files([tmp_path])
    with pytest.raises(UnsupportedMediaType, match=r"^a\.iso cannot be read: no parser reads"):
        read_source(disk, 100)
    with pytest.raises(DocumentTooLarge):
        read_source(table, 100)


@pytest.mark.parametrize("address", ["https://example.org/a", "http://x/y?z=1"])
def test_addresses_are_not_fetched(address: str) -> None:
    (file,) = find_files([address])
    assert file.source_key == address
    with pytest.raises(BadInput, match="is an address, and addresses are not fetched"):
        read_source(file, 100)
