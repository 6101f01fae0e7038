"""From a question to a cited answer: retrieve, render the prompt, stream, cite."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlrag.domain.models import Answerer
from sqlrag.domain.retrieval import Answer, Context, QueryParam, Reference
from sqlrag.models.citing import find_references, refer_to_chunks
from sqlrag.models.prompting import render_context, render_messages
from sqlrag.rag.retrieving import Clock, Retrieving


@dataclass(frozen=True, slots=True)
class Answering:
    retrieving: Retrieving
    answerer: Answerer

    async def answer(self, workspace: str, question: str, param: QueryParam) -> Answer:
        """The whole answer at once; raises what retrieving raises, and ModelError."""
        async for step in self.stream(workspace, question, param):
            if isinstance(step, Answer):
                return step
        raise AssertionError("a stream ends with its answer")

    async def query_data(
        self, workspace: str, question: str, param: QueryParam
    ) -> tuple[Context, tuple[Reference, ...]]:
        """What an answer would be made of; raises what retrieving raises."""
        context = await self.retrieving.retrieve(workspace, question, param)
        return context, refer_to_chunks(context) if param.include_references else ()

    async def stream(
        self, workspace: str, question: str, param: QueryParam
    ) -> AsyncIterator[Context | str | Answer]:
        """The context, then the answer piece by piece, then the Answer with its references."""
        context = await self.retrieving.retrieve(workspace, question, param)
        yield context
        messages = render_messages(question, context, param)
        if param.only_need_context:
            text = render_context(context)
            yield text
            yield Answer(text, (), context, "none", context.seconds)
            return
        if param.only_need_prompt:
            text = "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages)
            yield text
            yield Answer(text, (), context, "none", context.seconds)
            return
        clock = Clock(dict(context.seconds))
        pieces: list[str] = []
        async for piece in self.answerer.stream(question, context, messages, param):
            pieces.append(piece)
            yield piece
        clock.lap("answer")
        text = "".join(pieces)
        references = find_references(text, context) if param.include_references else ()
        yield Answer(text, references, context, self.answerer.model, clock.seconds)
