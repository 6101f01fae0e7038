"""An answerer that needs no model: it quotes what comes nearest to an answer."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from sqlrag.domain.citing import show_notes
from sqlrag.domain.models import Embedder
from sqlrag.domain.retrieval import Context, Message, QueryParam
from sqlrag.offline.phrases import choose_phrases
from sqlrag.offline.quotes import Candidates, Quote


class ExtractiveAnswerer:
    """Up to three quotes, word for word with their citations, or that it found none.

    Where the words of the best do not tell whether it answers, the embedder does, if there is one.
    Deterministic. It opens with a line that says what it is; a line break within a quote is shown
    as a space, a note's `[3]` as `⟨3⟩`, the labels of a table above the quote of its row.
    """

    model = "offline-extractive-v2"

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    async def stream(
        self, question: str, context: Context, messages: Sequence[Message], param: QueryParam
    ) -> AsyncGenerator[str, None]:
        phrases = choose_phrases(question)
        if param.mode == "bypass":
            yield phrases.bypass
            return
        quotes = await self._choose(context.searched or question, context)
        if not quotes:
            yield phrases.unknown
            return
        yield f"{phrases.introduction}\n"
        for quote in quotes:
            head = f"{show_notes(quote.head)}\n" if quote.head else ""
            yield f"\n{head}“{show_notes(quote.text)}” [{quote.number}]\n"

    async def _choose(self, question: str, context: Context) -> list[Quote]:
        found = await asyncio.to_thread(Candidates.of, question, context)
        doubt = found.find_doubt() if self._embedder else None
        if not self._embedder or not doubt:
            return found.choose()
        return found.choose(doubt.measure(await self._embedder.embed(doubt.texts)))
