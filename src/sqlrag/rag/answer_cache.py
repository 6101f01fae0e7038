"""Answers of models that are given again while nothing they rest on has changed."""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from msgspec import ValidationError, convert, to_builtins

from sqlrag.domain.retrieval import Answer, QueryParam
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.selection import selects
from sqlrag.repositories.postgres import Postgres

Slot = tuple[int, bytes, int]
# What an answer that was written in full does not depend on.
_BESIDE_THE_POINT = ("stream", "use_cache", "explain", "only_need_context", "only_need_prompt")


@dataclass(frozen=True, slots=True)
class AnswerCache:
    """Answers that a model gave, given again while nothing they rest on has changed.

    `models` are the names of all that shape an answer; `most` answers a workspace are kept; they
    are of what the principals of `reader` may read, None for everything. A slot
    is where an answer belongs: the workspace's id, a key, and the version of the workspace's data,
    read before the data: an answer may be filed as older than it is, and is then never given again,
    but not as newer.
    """

    storage: Postgres
    models: tuple[str, ...] = ()
    most: int = 0
    reader: tuple[str, ...] | None = None

    def keeps(self, param: QueryParam) -> bool:
        """Whether answers to be had this way are kept, and given from what is kept."""
        cut_short = param.only_need_context or param.only_need_prompt
        wanted = param.use_cache and not param.explain and param.mode != "bypass"
        return self.most > 0 and wanted and not cut_short

    async def find(
        self, workspace: Workspace, question: str, param: QueryParam
    ) -> tuple[Slot, Answer | None]:
        """Where the answer belongs, and the one that is there; one statement."""
        start = time.perf_counter()
        param = replace(param, select=selects(workspace, param))
        matters = {k: v for k, v in asdict(param).items() if k not in _BESIDE_THE_POINT}
        asked = self.models, workspace.model, question, matters, *self._whom()
        parts = json.dumps(asked, sort_keys=True, default=str)
        key = hashlib.sha256(parts.encode()).digest()
        (row,) = await self.storage.fetch("find_answer", workspace.id, key)
        slot = workspace.id, key, row["version"]
        try:
            kept = convert(row["answer"], Answer | None)
        except ValidationError:  # another version of sqlrag kept it in another shape
            return slot, None
        seconds = {"cache": time.perf_counter() - start}
        free = {"prompt_tokens": 0, "completion_tokens": 0}
        return slot, replace(kept, cached=True, seconds=seconds, **free) if kept else None

    def _whom(self) -> tuple[Any, ...]:
        """Whose answers are one's own: of those who may read everything they are common."""
        return () if self.reader is None else (sorted(self.reader),)

    async def keep(self, slot: Slot, answer: Answer) -> None:
        """Keep an answer given at a version of the data; older ones go, and all but `most`."""
        written = answer.context.question, answer.model, to_builtins(answer)
        await self.storage.execute("keep_answer", *slot, *written, self.most)
