"""Finds the files that a user's paths, folders and globs stand for."""

import glob
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BadInput, DocumentTooLarge, UnreadableDocument


@dataclass(frozen=True, slots=True)
class File:
    """A file that is yet to be read, with what is said of it: fields of its source."""

    path: Path
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source_key(self) -> str:
        return str(self.path)


def find_files(paths: Iterable[str | os.PathLike[str]], **said: Any) -> list[File]:
    """Every file once, in the order of the paths; hidden files inside folders are left out.

    What stands for nothing and a folder that may not be listed are returned as they are: reading
    them fails with its own sentence.
    """
    expanded = (file for path in paths for file in _expand(os.fspath(path)))
    found = dict.fromkeys(Path(os.path.abspath(file)) for file in expanded)
    return [File(path, said) for path in found]


def _expand(path: str) -> Iterator[str]:
    # os.path answers False where pathlib raises: a folder above may be closed, a name too long.
    expanded = os.path.expanduser(path)
    if os.path.isdir(expanded):
        yield from _walk(expanded)
    elif not os.path.lexists(expanded) and glob.has_magic(path):
        matches = sorted(glob.glob(expanded, recursive=True))
        yield from (match for match in matches if os.path.isfile(match)) if matches else [expanded]
    else:
        yield expanded


def _walk(folder: str) -> Iterator[str]:
    closed: list[str] = []
    for directory, folders, files in os.walk(
        folder, onerror=lambda error: closed.append(error.filename)
    ):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield os.path.join(directory, name)
    yield from closed


def read_source(file: File, max_bytes: int) -> Source:
    """A file as a source under its absolute path.

    Raises BadInput, UnreadableDocument, DocumentTooLarge.
    """
    path = file.path
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise DocumentTooLarge(
                f"{path.name} cannot be ingested: it has {size:,} bytes and the limit is "
                f"{max_bytes:,}; split it, or raise SQLRAG_MAX_FILE_BYTES."
            )
        if path.is_dir():
            os.listdir(path)  # PermissionError, where it may not be listed
        if not path.is_file():
            raise _unreadable(path, "it is not a file; name a file, a folder or a glob")
        return Source(file.source_key, path.read_bytes(), path.name, **file.said)
    except FileNotFoundError as error:
        why = "no file matches it" if glob.has_magic(str(path)) else "it does not exist"
        raise BadInput(f"{path} cannot be read: {why}; check the spelling of the path.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or str(error)
        what = "its permissions" if isinstance(error, PermissionError) else "the path"
        raise _unreadable(path, f"{why}; check {what}") from error


def _unreadable(path: Path, why: str) -> UnreadableDocument:
    return UnreadableDocument(f"{path} cannot be read: {why}.")
