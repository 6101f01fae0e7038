"""Answers that a model gave, given again while nothing they rest on has changed."""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace

from sqlrag.domain.retrieval import Answer, QueryParam
from sqlrag.domain.workspaces import Workspace
from sqlrag.repositories.postgres import Postgres

# What an answer that was written in full does not depend on.
_BESIDE_THE_POINT = ("stream", "use_cache", "explain", "only_need_context", "only_need_prompt")


@dataclass(frozen=True, slots=True)
class CacheSlot:
    """Where an answer belongs: under its key, at a version of the workspace's data.

    The version is read before the data: an answer may be filed as older than it is, and is then
    never given again, but not as newer.
    """

    workspace: Workspace
    key_sha256: bytes
    version: int


@dataclass(frozen=True, slots=True)
class AnswerCache:
    """`models` are the names of all that shape an answer; `most` answers a workspace are kept."""

    storage: Postgres
    models: tuple[str, ...] = ()
    most: int = 0

    def keeps(self, param: QueryParam) -> bool:
        """Whether answers to be had this way are kept, and given from what is kept."""
        cut_short = param.only_need_context or param.only_need_prompt
        wanted = param.use_cache and not param.explain and param.mode != "bypass"
        return self.most > 0 and wanted and not cut_short

    async def find(
        self, workspace: Workspace, question: str, param: QueryParam
    ) -> tuple[CacheSlot, Answer | None]:
        """One statement."""
        start = time.perf_counter()
        key = self._key(question, param)
        version, answer = await self.storage.answers.find_answer(workspace.id, key)
        slot = CacheSlot(workspace, key, version)
        if answer is None:
            return slot, None
        seconds = {"cache": time.perf_counter() - start}
        return slot, replace(answer, cached=True, seconds=seconds)

    async def keep(self, slot: CacheSlot, answer: Answer) -> None:
        await self.storage.answers.keep_answer(
            slot.workspace.id, slot.key_sha256, slot.version, answer, self.most
        )

    def _key(self, question: str, param: QueryParam) -> bytes:
        matters = {
            name: value for name, value in asdict(param).items() if name not in _BESIDE_THE_POINT
        }
        parts = json.dumps((self.models, question, matters), sort_keys=True, default=str)
        return hashlib.sha256(parts.encode()).digest()
