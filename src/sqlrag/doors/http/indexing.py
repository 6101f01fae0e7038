"""Keeps vector indexes and summaries up with the documents, after the responses have gone out."""

import asyncio
import logging
from collections.abc import Sequence

from sqlrag.domain.errors import SqlragError
from sqlrag.rag.ingesting import Ingesting
from sqlrag.rag.summarizing import Summarizing

_log = logging.getLogger(__name__)


class Indexing:
    """Runs `Ingesting.index` and `Summarizing.summarize`, for one workspace never twice at once."""

    def __init__(
        self, ingesting: Ingesting, summarizing: Summarizing, patience: float = 5.0
    ) -> None:
        self._ingesting = ingesting
        self._summarizing = summarizing
        self._patience = patience
        self._running: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, Sequence[int] | None] = {}
        self._caught_up: set[str] = set()

    def start(self, workspace: str, document_ids: Sequence[int] | None = None) -> None:
        """Begin soon; documents that arrive meanwhile are looked at afterwards.

        What these documents speak of is summarised; all that is due where none are given, and for
        a workspace that has not been looked after before, or not with success.
        """
        if workspace not in self._running:
            self._running[workspace] = asyncio.create_task(self._run(workspace, document_ids))
            return
        waiting = self._waiting.get(workspace, ())
        if document_ids is None or waiting is None:
            self._waiting[workspace] = None
        else:
            self._waiting[workspace] = (*waiting, *document_ids)

    async def aclose(self) -> None:
        """Wait `patience` seconds, then cancel: what was not finished is still due."""
        self._waiting.clear()
        if tasks := list(self._running.values()):
            _, late = await asyncio.wait(tasks, timeout=self._patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, workspace: str, document_ids: Sequence[int] | None) -> None:
        try:
            await self._look_after(workspace, document_ids)
            while workspace in self._waiting:
                await self._look_after(workspace, self._waiting.pop(workspace))
        except SqlragError as error:
            _log.warning("Workspace %s was not indexed or summarised: %s", workspace, error)
        except Exception:
            _log.exception("Workspace %s was not indexed or summarised.", workspace)
        finally:
            self._waiting.pop(workspace, None)
            del self._running[workspace]

    async def _look_after(self, workspace: str, document_ids: Sequence[int] | None) -> None:
        if workspace not in self._caught_up:
            document_ids = None
        self._caught_up.discard(workspace)
        await self._ingesting.index(workspace)
        made = await self._summarizing.summarize(workspace, document_ids=document_ids)
        if not made.failed:
            self._caught_up.add(workspace)
        else:
            _log.warning(
                "Workspace %s: %d descriptions could not be summarised: %s",
                workspace,
                made.failed,
                made.error,
            )
