"""Lets a chat model put first, among the best chunks, those that answer a question together."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Any

from sqlrag.domain.choices import read_options
from sqlrag.domain.errors import ModelError
from sqlrag.domain.models import ChatModel, Read
from sqlrag.domain.retrieval import (
    Arm,
    Context,
    QueryParam,
    RetrievalOptions,
    ScoredChunk,
    list_documents,
)
from sqlrag.domain.workspaces import Workspace
from sqlrag.offline import is_function_word, split_sentences, word_set
from sqlrag.prompts import read_selection, render_selection
from sqlrag.rag.ledger import Ledger
from sqlrag.repositories.postgres import Postgres

CANDIDATES = 40
SNIPPET = 180  # tokens of each that are shown: with titles, about 8,000 of all
_LONGEST_NAME = 200  # characters of a title, and of headings
_LONGEST_TOKEN = 8  # characters; a count that has longer ones is an estimate gone wrong
_BESIDE = 0.5  # of the worth of a sentence goes to each beside it, half of that to the next
_LETTER = re.compile(r"\w")
_NOTHING = "Nothing was selected among the chunks"


@dataclass(frozen=True, slots=True)
class Selector:
    """Asks a chat model, if there is one; what it says is kept."""

    storage: Postgres
    chat: ChatModel | None = None

    def asks(self, param: QueryParam) -> bool:
        return self.chat is not None and bool(param.select)

    async def select(self, workspace: Workspace, question: str, found: Context) -> Context:
        """The chunks of a context with the chosen ones first, as the model has them, each with an
        arm 'select', and the others behind as they were.

        Never fails for a model's sake: without its reply the order stays, and a note tells why.
        """
        if self.chat is None:
            missing = "there is no chat model; set OPENAI_API_KEY or OPENAI_BASE_URL, or do not"
            return _note(found, f"{_NOTHING}, since {missing} ask for it.")
        candidates = found.chunks[:CANDIDATES]
        if len(candidates) < 2:
            return found
        shown = await asyncio.to_thread(_show, question, candidates)
        ledger = Ledger(self.storage.model_calls, self.chat, workspace)
        unreadable = f"The reply of {self.chat.model} names none of them."
        read = partial(read_selection, count=len(candidates))
        told = Read(list_documents(replace(found, chunks=candidates)))
        request = replace(render_selection(question, shown), read=told)
        numbers = await ledger.ask(request, read, unreadable)
        if isinstance(numbers, ModelError):
            return _note(found, f"{_NOTHING}. {numbers}")
        return replace(found, chunks=tuple(_put_first(found.chunks, numbers)))


def selects(workspace: Workspace, param: QueryParam) -> bool:
    """As the question says, else as the workspace has it. Raises BadInput for a wrong setting."""
    if param.select is not None:
        return param.select
    return read_options(workspace, RetrievalOptions()).select


def _note(found: Context, sentence: str) -> Context:
    return replace(found, notes=(*found.notes, sentence))


def _put_first(chunks: Sequence[ScoredChunk], numbers: Sequence[int]) -> Iterator[ScoredChunk]:
    for rank, number in enumerate(numbers, start=1):
        chunk = chunks[number - 1]
        yield replace(chunk, arms=[*chunk.arms, Arm("select", rank, 1.0)])
    yield from (chunk for at, chunk in enumerate(chunks, start=1) if at not in numbers)


def _show(question: str, chunks: Iterable[ScoredChunk]) -> list[dict[str, Any]]:
    """What a model reads of each: its title, its headings, and what may answer."""
    asked = frozenset(word for word in word_set(question) if not is_function_word(word))
    shown = []
    for chunk in chunks:
        title, headings = chunk.title or chunk.source_key, " > ".join(chunk.headings)
        named = {"title": title[:_LONGEST_NAME], "headings": headings[:_LONGEST_NAME]}
        shown.append(named | {"text": cut_snippet(asked, chunk)})
    return [{name: text for name, text in one.items() if text} for one in shown]


def cut_snippet(asked: frozenset[str], chunk: ScoredChunk, most: int = SNIPPET) -> str:
    """The content of a chunk, or about `most` tokens of its sentences around the words `asked`, in
    their order, with "…" for what is left out.

    A word counts less the more sentences of the chunk have it.
    """
    content = chunk.content
    # In characters, as many as its tokens have, which suits every script.
    room = int(most * min(len(content) / max(1, chunk.token_count), _LONGEST_TOKEN))
    if len(content) <= room:
        return content.strip()
    spans = list(split_sentences(content))
    held = [asked & word_set(content[start:end]) for start, end in spans]
    often = Counter(word for words in held for word in words)
    own = [sum(1 / often[word] for word in words) for words in held]
    score = [
        before + after for before, after in zip(_spread(own), _spread(own[::-1])[::-1], strict=True)
    ]
    kept: list[tuple[int, int]] = []
    for at in sorted(range(len(spans)), key=lambda at: (-score[at], at)):
        start, end = spans[at]
        if end - start <= room or not kept:
            kept.append((start, min(end, start + room)))
            room -= end - start
    return _join(content, sorted(kept))


def _spread(scores: Sequence[float]) -> list[float]:
    """With a share of each handed on to those behind."""
    return list(accumulate(scores, lambda carried, score: _BESIDE * carried + score))


def _join(content: str, spans: Iterable[tuple[int, int]]) -> str:
    text, last = "", 0
    for start, end in (*spans, (len(content), len(content))):
        gap = content[last:start]
        text += (" … " if _LETTER.search(gap) else gap) + content[start:end]
        last = end
    return text.strip()
