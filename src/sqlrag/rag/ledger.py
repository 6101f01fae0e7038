"""Keeps every call of a chat model, and asks no question twice."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlrag.domain.errors import ModelError, NotNow
from sqlrag.domain.models import ChatModel, ChatRequest, Completion, Exchange, ModelCall
from sqlrag.domain.storage import KeyValueStore
from sqlrag.domain.workspaces import Workspace
from sqlrag.rag.budgets import check_budget
from sqlrag.telemetry import count_call

T = TypeVar("T")


@dataclass(slots=True)
class Ledger:
    """A chat model whose replies come from `model_calls` where they are there already.

    Calls are recorded in the same round trip that looks up the next; `flush` records the last.
    `refusal` is why one was not made: the workspace has spent what it may, or it is not its turn.
    """

    store: KeyValueStore
    chat: ChatModel
    workspace: Workspace
    source_key: str | None = None
    refusal: NotNow | None = field(default=None, init=False)
    _made: list[ModelCall] = field(default_factory=list)

    @property
    def model(self) -> str:
        return self.chat.model

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        keys = [self._key(request) for request in requests]
        known = await self._exchange(keys)
        missing = [place for place, key in enumerate(keys) if key not in known]
        made = await self._make({place: requests[place] for place in missing})
        return [
            made[place] if place in made else Completion(known[key])
            for place, key in enumerate(keys)
        ]

    async def _make(
        self, requests: Mapping[int, ChatRequest]
    ) -> dict[int, Completion | ModelError]:
        if not requests:
            return {}
        try:
            await check_budget(self.store, self.workspace, self.chat.model)
        except NotNow as refusal:
            self.refusal = refusal
            return dict.fromkeys(requests, refusal)
        replies = await self.chat.complete_many(list(requests.values()))
        for request, reply in zip(requests.values(), replies, strict=True):
            if isinstance(reply, NotNow):
                self.refusal = reply
            else:
                self.record(request, reply)
        return dict(zip(requests, replies, strict=True))

    async def ask(
        self, request: ChatRequest, read: Callable[[str], T | None], unreadable: str
    ) -> T | ModelError:
        """What is read of the reply to a single request; where that is None it is refused."""
        (reply,) = await self.complete_many([request])
        read_of = reply if isinstance(reply, ModelError) else read(reply.text)
        found = ModelError(unreadable) if read_of is None else read_of
        if isinstance(found, ModelError):
            self.refuse(request, str(found))
        await self.flush()
        return found

    def record(self, request: ChatRequest, reply: Completion | ModelError) -> None:
        """A call that was made; answers, which come in pieces, are made elsewhere."""
        made = self._key(request), request.purpose, self.chat.model
        if isinstance(reply, ModelError):
            count_call(self.chat.model, request.purpose, failed=True)
            self._made.append(_with_read(request, ModelCall(*made, None, str(reply))))
        else:
            took = reply.prompt_tokens, reply.completion_tokens, reply.seconds
            count_call(self.chat.model, request.purpose, False, *took[:2])
            response = None if reply.note else reply.text
            call = ModelCall(*made, response, reply.note, *took)
            self._made.append(_with_read(request, call))

    def refuse(self, request: ChatRequest, why: str) -> None:
        """A reply that came just now is of no use: it is recorded as an error, to be asked anew."""
        key = self._key(request)
        self._made = [
            replace(call, response=None, error=why) if call.key_sha256 == key else call
            for call in self._made
        ]

    async def flush(self) -> None:
        if self._made:
            await self._exchange(())

    async def _exchange(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        made, self._made = self._made, []
        exchange = Exchange(self.workspace.id, self.source_key, made, keys)
        return await self.store.exchange_model_calls(exchange)

    def _key(self, request: ChatRequest) -> bytes:
        messages = [(message.role, message.content) for message in request.messages]
        parts = (self.chat.model, messages, request.schema)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()


def _with_read(request: ChatRequest, call: ModelCall) -> ModelCall:
    read = request.read
    if read is None:
        return call
    return replace(call, document_ids=list(read.document_ids), entity_ids=list(read.entity_ids))
