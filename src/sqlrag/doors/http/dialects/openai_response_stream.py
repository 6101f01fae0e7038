"""An answer as OpenAI's responses tell it piece by piece, in the order their client reads."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec
from litestar.response import ServerSentEventMessage
from msgspec.structs import replace

from sqlrag.domain.retrieval import Answer, Context
from sqlrag.doors.http.addresses import Locate
from sqlrag.doors.http.dialects.openai_filters import show_attributes
from sqlrag.doors.http.dialects.openai_response_types import (
    Event,
    Message,
    Response,
    SearchCall,
    SearchResult,
    Text,
    annotate,
    end,
    fail,
)
from sqlrag.doors.http.dialects.openai_search import show_result
from sqlrag.doors.http.errors import describe_error
from sqlrag.rag.answering import Steps

_Told = ServerSentEventMessage


@dataclass
class Telling:
    """A response as it becomes one. `searches` a vector store, and shows what it found where it
    `shows_results`; without one, sources have addresses."""

    response: Response
    locate_source: Locate
    searches: bool
    shows_results: bool
    message_id: str = field(default_factory=lambda: f"msg_{uuid4().hex}")
    search_id: str = field(default_factory=lambda: f"fs_{uuid4().hex}")
    _number: int = 0

    async def finish(self, text: str, answer: Answer) -> Response:
        """The whole response."""
        locate_source = None if self.searches else self.locate_source
        cited = await asyncio.to_thread(annotate, text, answer, locate_source)
        output: list[SearchCall | Message] = [self._search(answer.context)] * self.searches
        output.append(Message(self.message_id, [Text(text, list(cited))], "completed"))
        return end(self.response, answer, output)

    async def stream(self, steps: Steps) -> AsyncGenerator[_Told, None]:
        written = ""
        try:
            async for step in steps:
                if isinstance(step, Context):
                    for event in self._begin(step):
                        yield event
                elif isinstance(step, str):
                    written += step
                    yield self._tell("output_text.delta", **self._at(), delta=step, logprobs=[])
                else:
                    for event in self._end(written, await self.finish(written, step)):
                        yield event
        except Exception as error:
            problem = describe_error(error)
            failed = fail(self.response, problem.status, problem.detail)
            yield self._tell("failed", response=failed)

    def _begin(self, context: Context) -> Iterator[_Told]:
        yield self._tell("created", response=self.response)
        yield self._tell("in_progress", response=self.response)
        if self.searches:
            found = self._search(context)
            begun = replace(found, status="in_progress", queries=[], results=None)
            yield self._tell("output_item.added", output_index=0, item=begun)
            for state in ("in_progress", "searching", "completed"):
                at = {"output_index": 0, "item_id": found.id}
                yield self._tell(f"file_search_call.{state}", **at)
            yield self._tell("output_item.done", output_index=0, item=found)
        item = Message(self.message_id, [], "in_progress")
        yield self._tell("output_item.added", output_index=self._place, item=item)
        yield self._tell("content_part.added", **self._at(), part=Text("", []))

    def _end(self, text: str, whole: Response) -> Iterator[_Told]:
        item = whole.output[-1]
        assert isinstance(item, Message), "a message comes last"
        (part,) = item.content
        for place, one in enumerate(part.annotations):
            cited = {"annotation_index": place, "annotation": one}
            yield self._tell("output_text.annotation.added", **self._at(), **cited)
        yield self._tell("output_text.done", **self._at(), text=text, logprobs=[])
        yield self._tell("content_part.done", **self._at(), part=part)
        yield self._tell("output_item.done", output_index=self._place, item=item)
        yield self._tell(whole.status, response=whole)

    @property
    def _place(self) -> int:
        return int(self.searches)

    def _at(self) -> dict[str, Any]:
        return {"output_index": self._place, "item_id": self.message_id, "content_index": 0}

    def _tell(self, name: str, **told: Any) -> _Told:
        event = Event(type=f"response.{name}", sequence_number=self._number, **told)
        self._number += 1
        return ServerSentEventMessage(data=msgspec.json.encode(event), event=event.type)

    def _search(self, context: Context) -> SearchCall:
        results = None
        if self.shows_results:
            shown = map(show_result, context.chunks)
            results = [
                SearchResult(
                    *(one.file_id, one.filename, one.score),
                    show_attributes(one.attributes),
                    one.content[0].text,
                )
                for one in shown
            ]
        searched = [context.searched or context.question]
        return SearchCall(self.search_id, searched, "completed", results)
