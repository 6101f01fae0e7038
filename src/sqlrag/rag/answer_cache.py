"""Answers that a model gave, given again while nothing they rest on has changed."""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace

from sqlrag.domain.retrieval import Answer, QueryParam
from sqlrag.domain.storage import Storage
from sqlrag.rag.workspaces import WorkspaceDirectory

# What an answer that was written in full does not depend on.
_BESIDE_THE_POINT = ("stream", "use_cache", "explain", "only_need_context", "only_need_prompt")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs: under its key, at a version of the workspace's data.

    The version is read before the data: an answer may be filed as older than it is, and is then
    never given again, but not as newer.
    """

    workspace_id: int
    key_sha256: bytes
    version: int


@dataclass(frozen=True, slots=True)
class AnswerCache:
    """`models` are the names of all that shape an answer; `most` answers a workspace are kept."""

    storage: Storage
    directory: WorkspaceDirectory
    models: tuple[str, ...] = ()
    most: int = 0

    def keeps(self, param: QueryParam) -> bool:
        """Whether answers to be had this way are kept, and given from what is kept."""
        cut_short = param.only_need_context or param.only_need_prompt
        wanted = param.use_cache and not param.explain and param.mode != "bypass"
        return self.most > 0 and wanted and not cut_short

    async def find(
        self, workspace: str, question: str, param: QueryParam
    ) -> tuple[Place, Answer | None]:
        """One statement. Raises NotFound and SpaceMismatch, as retrieving does."""
        start = time.perf_counter()
        found = await self.directory.find(workspace)
        key = self._key(question, param)
        version, answer = await self.storage.answers.find_answer(found.workspace_id, key)
        place = Place(found.workspace_id, key, version)
        if answer is None:
            return place, None
        seconds = {"cache": time.perf_counter() - start}
        return place, replace(answer, cached=True, seconds=seconds)

    async def keep(self, place: Place, answer: Answer) -> None:
        await self.storage.answers.keep_answer(
            place.workspace_id, place.key_sha256, place.version, answer, self.most
        )

    def _key(self, question: str, param: QueryParam) -> bytes:
        matters = {
            name: value for name, value in asdict(param).items() if name not in _BESIDE_THE_POINT
        }
        parts = json.dumps((self.models, question, matters), sort_keys=True, default=str)
        return hashlib.sha256(parts.encode()).digest()
