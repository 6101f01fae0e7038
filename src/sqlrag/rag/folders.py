"""Keeps a folder and the documents of a workspace in step."""

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import Change, awatch

from sqlrag.domain.errors import (
    BadInput,
    Conflict,
    DatabaseError,
    ModelError,
    ModelTimeout,
)
from sqlrag.rag.documents import Documents
from sqlrag.rag.files import File, Tree, find_files, list_missing
from sqlrag.rag.progress import Report, silent

_MAY_PASS = {kind.kind for kind in (DatabaseError, Conflict, ModelError, ModelTimeout)}
_AGAIN = 30.0  # seconds after which what failed so is tried again
Tell = Callable[[str, str, str], None]  # what happened, to which source key, and why it failed


@dataclass
class Folder:
    """The files of a folder as documents, under their absolute paths: those `sqlrag ingest` takes.

    Where the folder is gone or empty, as one that is not mounted is, nothing is deleted, unless
    `may_be_empty`.
    """

    path: str
    documents: Documents
    tell: Tell
    may_be_empty: bool = False
    _failed: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.path = os.path.abspath(os.path.expanduser(self.path))

    async def watch(self, ready: Callable[[], None], report: Report = silent) -> None:
        """Catch up with what happened before, call `ready`, then follow all that happens.

        Changes within moments of each other are handled together; a file that is still being
        written is ingested again when more of it is there. Ends when the folder is gone: BadInput.
        """
        self._check_folder()
        changes = awatch(self.path, watch_filter=lambda _, path: not self._is_hidden(path))
        async with aclosing(changes):
            # It has begun before the files are listed: what changes meanwhile is not missed.
            following = asyncio.ensure_future(anext(changes))
            try:
                await asyncio.sleep(0)
                await self.catch_up(report)
                ready()
                while True:
                    wait = _AGAIN if self._failed else None
                    await asyncio.wait({following}, timeout=wait)
                    changed = set[tuple[Change, str]]()
                    if following.done():
                        changed = following.result()
                        following = asyncio.ensure_future(anext(changes))
                    await self._follow(changed)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def catch_up(self, report: Report = silent) -> None:
        """Ingest what is new or changed, and delete the documents whose files are gone."""
        files = await asyncio.to_thread(find_files, [self.path])
        gone = await self.documents.list_missing(self.path)
        if gone and not files:
            self._check_emptiness(len(gone))
        await self._ingest(files, report)
        await self._delete(gone)

    async def _follow(self, changed: set[tuple[Change, str]]) -> None:
        self._check_folder()
        again, self._failed = self._failed, set()
        paths = again | {path for change, path in changed if not _is_old_folder(change, path)}
        lost = list_missing(paths)
        found = await asyncio.to_thread(find_files, sorted(paths - lost), Tree(self.path))
        await self._ingest([file for file in found if file.path.is_file()])
        try:
            gone = [key for path in sorted(lost) for key in await self._list_under(path)]
            if gone and not await asyncio.to_thread(find_files, [self.path]):
                self._check_emptiness(len(gone))
            await self._delete(gone)
        except DatabaseError as error:
            self._failed |= lost
            self.tell("failed", self.path, str(error))
        except BadInput as error:
            self.tell("kept", self.path, str(error))

    async def _ingest(self, files: Sequence[File], report: Report = silent) -> None:
        for result in await self.documents.ingest(*files, report=report) if files else ():
            if result.error_kind in _MAY_PASS:
                self._failed.add(result.source_key)
            if result.outcome not in ("unchanged", "skipped"):
                self.tell(result.outcome, result.source_key, result.error or "")

    async def _delete(self, keys: list[str]) -> None:
        for _, key in await self.documents.delete(*keys) if keys else ():
            self.tell("deleted", key, "")

    async def _list_under(self, path: str) -> list[str]:
        """What was a file, or the files of what was a folder."""
        return [
            key for key in await self._list_keys(path) if key == path or key[len(path)] == os.sep
        ]

    async def _list_keys(self, prefix: str) -> list[str]:
        workspace = await self.documents.workspaces.look_up(self.documents.workspace)
        asked = "list_source_keys", workspace and workspace.id, prefix
        return [row["source_key"] for row in await self.documents.storage.fetch(*asked)]

    def _is_hidden(self, path: str) -> bool:
        return any(part.startswith(".") for part in Path(os.path.relpath(path, self.path)).parts)

    def _check_folder(self) -> None:
        if not os.path.isdir(self.path):
            raise BadInput(
                f"{self.path} is not a folder, or is gone; none of its documents were deleted. "
                "Mount it or make it, and begin again."
            )

    def _check_emptiness(self, count: int) -> None:
        if not self.may_be_empty:
            raise BadInput(
                f"{self.path} is empty, and {count} documents came from it; none were deleted. "
                "Mount it if it is not, or say --yes if they are to go."
            )


def _is_old_folder(change: Change, path: str) -> bool:
    """One that was there before tells only that something in it changed, which is told, too."""
    return change is not Change.added and os.path.isdir(path)
