"""Keeps vector indexes up with what was ingested, after the responses have gone out."""

import asyncio
import logging

from sqlrag.domain.errors import SqlragError
from sqlrag.rag.ingesting import Ingesting

_log = logging.getLogger(__name__)


class Indexing:
    """Runs `Ingesting.index`, for one workspace never twice at once."""

    def __init__(self, ingesting: Ingesting, patience: float = 5.0) -> None:
        self._ingesting = ingesting
        self._patience = patience
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def start(self, workspace: str) -> None:
        """Index soon; documents that arrive while an index is made are looked at after it."""
        if workspace in self._running:
            self._again.add(workspace)
        else:
            self._running[workspace] = asyncio.create_task(self._run(workspace))

    async def aclose(self) -> None:
        """Wait `patience` seconds, then cancel: an index that was not finished is made anew."""
        self._again.clear()
        if tasks := list(self._running.values()):
            _, late = await asyncio.wait(tasks, timeout=self._patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, workspace: str) -> None:
        try:
            await self._ingesting.index(workspace)
            while workspace in self._again:
                self._again.discard(workspace)
                await self._ingesting.index(workspace)
        except SqlragError as error:
            _log.warning("Workspace %s was not indexed: %s", workspace, error)
        except Exception:
            _log.exception("Workspace %s was not indexed.", workspace)
        finally:
            self._again.discard(workspace)
            del self._running[workspace]
