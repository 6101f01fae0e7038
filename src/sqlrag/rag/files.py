"""Finds the files that a user's paths, folders and globs stand for."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlrag.domain.errors import BadInput, DocumentTooLarge, UnreadableDocument
from sqlrag.domain.documents import Source


def find_files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Every file once, in the order of the paths; hidden files inside folders are left out.

    A path that stands for nothing is returned as it is: reading it fails with its own sentence.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for file in _expand(os.fspath(path)):
            found.setdefault(Path(os.path.abspath(file)))
    return list(found)


def _expand(path: str) -> Iterator[Path]:
    expanded = Path(path).expanduser()
    if expanded.is_dir():
        yield from _walk(expanded)
    elif not expanded.exists() and glob.has_magic(path):
        matches = [Path(match) for match in sorted(glob.glob(str(expanded), recursive=True))]
        yield from (match for match in matches if match.is_file()) if matches else [expanded]
    else:
        yield expanded


def _walk(folder: Path) -> Iterator[Path]:
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(directory, name)


def read_source(path: Path, max_bytes: int) -> Source:
    """A file as a source under its absolute path. Raises UnreadableDocument, DocumentTooLarge."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise DocumentTooLarge(
                f"{path.name} cannot be ingested: it has {size:,} bytes and the limit is "
                f"{max_bytes:,}; split it, or raise SQLRAG_MAX_FILE_BYTES."
            )
        if not path.is_file():
            raise UnreadableDocument(
                f"{path} cannot be read: it is not a file; name a file, a folder or a glob."
            )
        return Source(source_key=str(path), data=path.read_bytes(), file_name=path.name)
    except FileNotFoundError as error:
        raise BadInput(
            f"{path} cannot be read: it does not exist; check the spelling of the path."
        ) from error
    except OSError as error:
        raise UnreadableDocument(
            f"{path} cannot be read: {error.strerror or error}; check its permissions."
        ) from error
