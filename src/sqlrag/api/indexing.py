"""Keeps vector indexes and summaries up with the documents, after the responses have gone out."""

import asyncio
import logging

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
        self._again: set[str] = set()

    def start(self, workspace: str) -> None:
        """Begin soon; documents that arrive meanwhile are looked at afterwards."""
        if workspace in self._running:
            self._again.add(workspace)
        else:
            self._running[workspace] = asyncio.create_task(self._run(workspace))

    async def aclose(self) -> None:
        """Wait `patience` seconds, then cancel: what was not finished is still due."""
        self._again.clear()
        if tasks := list(self._running.values()):
            _, late = await asyncio.wait(tasks, timeout=self._patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, workspace: str) -> None:
        try:
            await self._look_after(workspace)
            while workspace in self._again:
                self._again.discard(workspace)
                await self._look_after(workspace)
        except SqlragError as error:
            _log.warning("Workspace %s was not indexed or summarised: %s", workspace, error)
        except Exception:
            _log.exception("Workspace %s was not indexed or summarised.", workspace)
        finally:
            self._again.discard(workspace)
            del self._running[workspace]

    async def _look_after(self, workspace: str) -> None:
        await self._ingesting.index(workspace)
        made = await self._summarizing.summarize(workspace)
        if made.failed:
            _log.warning(
                "Workspace %s: %d descriptions could not be summarised: %s",
                workspace,
                made.failed,
                made.error,
            )
