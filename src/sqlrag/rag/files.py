"""Finds the files that a user's paths, folders and globs stand for."""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import (
    BadInput,
    DocumentTooLarge,
    UnreadableDocument,
    UnsupportedMediaType,
)
from sqlrag.parsing import check_kind

KEPT_BY_PROGRAMS = {"node_modules", "__pycache__"}
# As a path it has lost one of its slashes.
ADDRESS = re.compile(r"(?:^|/)(https?|ftp|s3|file):/+(.+)")
_HEAD = 100_000  # bytes that tell the kind of a file


def _find_address(path: str) -> str:
    address = ADDRESS.search(path)
    return f"{address[1]}://{address[2]}" if address else ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is yet to be read, with what is said of it: fields of its source.

    `is_found`: a folder holds it, and nobody named it; what no parser reads of such is skipped.
    """

    path: Path
    said: Mapping[str, Any] = field(default_factory=dict)
    is_found: bool = False

    @property
    def source_key(self) -> str:
        """The path; of an address, which no path keeps, that address."""
        written = str(self.path)
        address = _find_address(written)
        return address if address and not os.path.lexists(written) else written


@dataclass
class Tree:
    """Which files of a folder are taken: not hidden ones, nor what programs keep, nor what a
    .gitignore names, in it, in a folder above a file, or in the repository the folder is in.
    """

    path: str
    _specs: dict[str, GitIgnoreSpec | None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.path = self._top = os.path.abspath(self.path)
        above = self.path
        while above != os.path.dirname(above) and self._top == self.path:
            if os.path.lexists(os.path.join(above, ".git")):
                self._top = above
                break
            above = os.path.dirname(above)
        if self._top != self.path and not self._takes(self.path, True):  # named all the same
            self._top = self.path

    def takes(self, path: str) -> bool:
        """Whether a path in it, and every folder between, is taken."""
        parts = Path(os.path.relpath(path, self.path)).parts
        places = [os.path.join(self.path, *parts[: end + 1]) for end in range(len(parts))]
        return parts == (".",) or all(
            self._takes(place, place != path or os.path.isdir(path)) for place in places
        )

    def walk(self, start: str) -> Iterator[str]:
        """The files below a folder in it, and the links to folders, which are not followed."""
        closed: list[str] = []
        for directory, folders, files in os.walk(
            start, onerror=lambda error: closed.append(error.filename)
        ):
            places = [(name, os.path.join(directory, name)) for name in sorted(folders)]
            taken = [(name, place) for name, place in places if self._takes(place, True)]
            yield from (place for _, place in taken if os.path.islink(place))
            folders[:] = [name for name, _ in taken]
            for name in sorted(files):
                if self._takes(place := os.path.join(directory, name), False):
                    yield place
        yield from closed

    def _takes(self, path: str, is_folder: bool) -> bool:
        folder, name = os.path.split(path)
        if name.startswith(".") or name in KEPT_BY_PROGRAMS:
            return False
        while True:
            if spec := self._spec(folder):
                said = os.path.relpath(path, folder) + "/" * is_folder
                if (ignored := spec.check_file(said).include) is not None:
                    return not ignored
            if folder in (self._top, os.path.dirname(folder)):
                return True
            folder = os.path.dirname(folder)

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            try:
                with open(os.path.join(folder, ".gitignore"), encoding="utf-8") as file:
                    self._specs[folder] = GitIgnoreSpec.from_lines(file)
            except (OSError, ValueError):
                self._specs[folder] = None
        return self._specs[folder]


def find_files(
    paths: Iterable[str | os.PathLike[str]], within: Tree | None = None, **said: Any
) -> list[File]:
    """Every file once, in the order of the paths; of folders what their `Tree` takes.

    `within`: the folder whose files they are, which were not named one by one.

    What stands for nothing and a folder that may not be listed are returned as they are: reading
    them fails with its own sentence.
    """
    found: dict[str, bool] = {}
    for path in paths:
        for file, is_found in _expand(os.fspath(path), within):
            found.setdefault(os.path.abspath(file), is_found)
    return [File(Path(file), said, is_found) for file, is_found in found.items()]


def list_folders(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Those that are folders: what the source keys of their files begin with."""
    expanded = (os.path.abspath(os.path.expanduser(path)) for path in paths)
    return [os.path.join(path, "") for path in expanded if os.path.isdir(path)]


def list_missing(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if not os.path.lexists(path)}


def _expand(path: str, within: Tree | None) -> Iterator[tuple[str, bool]]:
    # os.path answers False where pathlib raises: a folder above may be closed, a name too long.
    expanded = os.path.expanduser(path)
    if within and not within.takes(expanded):
        return
    if os.path.isdir(expanded) and not (within and os.path.islink(expanded)):
        found = (within or Tree(expanded)).walk(expanded)
        yield from ((file, not os.path.isdir(file) or os.path.islink(file)) for file in found)
    elif not os.path.lexists(expanded) and glob.has_magic(path):
        matches = sorted(glob.glob(expanded, recursive=True))
        files = [match for match in matches if os.path.isfile(match)] if matches else [expanded]
        yield from ((file, False) for file in files)
    else:
        yield expanded, within is not None


def read_source(file: File, max_bytes: int) -> Source:
    """A file as a source under its absolute path.

    Raises BadInput, UnreadableDocument, DocumentTooLarge; of a file that a folder holds
    UnsupportedMediaType, where no parser reads its kind.
    """
    path = file.path
    try:
        if file.is_found:
            _check_found(path)
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
        data = path.read_bytes()
        if file.is_found:
            check_kind(data, path.name)
        return Source(file.source_key, data, path.name, **file.said)
    except FileNotFoundError as error:
        if address := _find_address(str(path)):
            raise BadInput(
                f"{address} is an address, and addresses are not fetched; pass "
                "the page on: curl -L ADDRESS | sqlrag ingest - --key ADDRESS."
            ) from error
        why = "no file matches it" if glob.has_magic(str(path)) else "it does not exist"
        raise BadInput(f"{path} cannot be read: {why}; check the spelling of the path.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or str(error)
        what = "its permissions" if isinstance(error, PermissionError) else "the path"
        raise _unreadable(path, f"{why}; check {what}") from error


def _check_found(path: Path) -> None:
    """What is skipped before its size and its bytes are looked at."""
    if path.is_symlink() and not path.is_file():
        raise UnsupportedMediaType(f"{path} is a link that is not followed; name where it leads.")
    if path.is_file():
        with path.open("rb") as opened:
            head = opened.read(_HEAD)
        if head.strip() and not head.startswith(b"PK"):  # archives are told by all of their bytes
            check_kind(head, path.name)


def _unreadable(path: Path, why: str) -> UnreadableDocument:
    return UnreadableDocument(f"{path} cannot be read: {why}.")
