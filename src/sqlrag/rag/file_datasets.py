"""Questions on one's own files, with the quotes or the pages that answer them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import ScoredChunk
from sqlrag.rag.datasets import read_lines
from sqlrag.rag.files import File, find_files
from sqlrag.rag.measures import fold

QUESTIONS = "questions.jsonl"


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """A question to the file of a source key, or to all of them where that is None.

    Any of the quotes answers it, without quotes what stands on the page; with neither, the files
    do not answer it.
    """

    question_id: str
    text: str
    source_key: str | None
    quotes: tuple[str, ...]
    page: int | None
    type: str

    @property
    def is_answerable(self) -> bool:
        return bool(self.quotes) or self.page is not None

    def is_quoted_by(self, text: str) -> bool:
        """White space, case and the shape of quotation marks make no difference."""
        folded = fold(text)
        return any(fold(quote) in folded for quote in self.quotes)

    def is_answered_by(self, chunk: ScoredChunk) -> bool:
        keys = chunk.source_key, *(copy.source_key for copy in chunk.copies)
        if self.source_key not in (None, *keys):
            return False
        if self.quotes:
            return self.is_quoted_by(chunk.content)
        if self.page is None or chunk.page is None:
            return False
        return chunk.page <= self.page <= (chunk.page_end or chunk.page)


@dataclass(frozen=True, slots=True)
class FileDataset:
    """Files and questions to them."""

    name: str
    root: Path
    files: list[File]
    questions: list[FileQuestion]

    @classmethod
    def read(cls, folder: Path, documents: Path | None = None) -> "FileDataset":
        """Questions of questions.jsonl, to all files of `documents`, else to those beside it.

        Raises BadInput, naming the line, where a record is broken or its file unclear.
        """
        path = folder / QUESTIONS
        root = (documents or folder).resolve()
        files = [one for one in find_files([root]) if one.path != path.resolve()]
        if not files or not root.is_dir():
            raise BadInput(
                f"{root} holds no documents; put them beside {QUESTIONS}, or name their folder "
                "with --documents."
            )
        rows = read_lines(path, {"q": str})
        questions = [_read_question(row, f"Line {at} of {path}", root, files)
                     for at, row in rows.items()]  # fmt: skip
        return cls(folder.resolve().name, root, files, questions)


def _read_question(
    row: Mapping[str, Any], where: str, root: Path, files: Sequence[File]
) -> FileQuestion:
    quotes, page, file = row.get("any"), row.get("page"), row.get("file")
    quotes = [quotes] if isinstance(quotes, str) else quotes
    if quotes is None and page is None:
        raise BadInput(
            f'{where} has neither "any" nor "page"; write "any": [] where the documents do not '
            "answer it."
        )
    if not isinstance(quotes or [], list) or not all(
        isinstance(quote, str) and quote.strip() for quote in quotes or []
    ):
        raise BadInput(f'{where} has no usable "any"; it is a list of quotes.')
    if page is not None and (type(page) is not int or page < 1 or not file):
        raise BadInput(f'{where} has no usable "page"; it is a number from 1, and needs a "file".')
    source_key = _find_file(str(file), where, root, files) if file else None
    made = tuple(quotes or ()), page, str(row.get("type") or "")
    return FileQuestion(str(row["id"]), row["q"], source_key, *made)


def _find_file(said: str, where: str, root: Path, files: Sequence[File]) -> str:
    """The source key of the one file that is meant, in the narrowest sense that fits any."""
    for fits in zip(*(_fit(said, file.path, root) for file in files), strict=True):
        meant = [file for file, fit in zip(files, fits, strict=True) if fit]
        if len(meant) == 1:
            return meant[0].source_key
        if meant:
            named = " or ".join(os.path.relpath(file.path, root) for file in meant[:3])
            raise BadInput(f'{where}: "{said}" may be {named}; write its path below {root}.')
    raise BadInput(f'{where}: "{said}" is no file below {root}; correct its name.')


def _fit(said: str, path: Path, root: Path) -> Iterator[bool]:
    """Whether it is the path, the name, the name without its suffix, a part of the name."""
    said, name = said.casefold(), path.name.casefold()
    yield said == path.relative_to(root).as_posix().casefold()
    yield said == name
    yield said == path.stem.casefold()
    yield said in name
