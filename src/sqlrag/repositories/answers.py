import msgspec

from sqlrag.database.pool import Statements
from sqlrag.domain.retrieval import Answer


class Answers(Statements):
    """The answers of models, as long as they hold."""

    async def find_answer(self, workspace_id: int, key_sha256: bytes) -> tuple[int, Answer | None]:
        """The version of the workspace's data, and the answer kept under the key at this one."""
        (row,) = await self.fetch("find_answer", workspace_id, key_sha256)
        try:
            return row["version"], msgspec.convert(row["answer"], Answer | None)
        except msgspec.ValidationError:  # another version of sqlrag kept it in another shape
            return row["version"], None

    async def keep_answer(
        self, workspace_id: int, key_sha256: bytes, version: int, answer: Answer, most: int
    ) -> None:
        """Keep an answer given at a version of the data; older ones go, and all but `most`."""
        await self.execute(
            "keep_answer",
            workspace_id,
            key_sha256,
            version,
            answer.context.question,
            answer.model,
            msgspec.to_builtins(answer),
            most,
        )
