"""An answerer that needs no model: it quotes the sentences that come nearest to the question."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from sqlrag.domain.retrieval import Context, Message, QueryParam
from sqlrag.offline.phrases import choose_phrases
from sqlrag.offline.relevance import Candidate, Scored, make_candidate, overlap, score_sentences
from sqlrag.offline.sentences import split_sentences

MOST_QUOTES = 3
LEAST_COVERAGE = 0.37  # of the question's weight; below it, the documents do not say
LEAST_SHARE = 0.6  # of the best score; below it, a sentence only dilutes the answer
MOST_OVERLAP = 0.6  # of the words of a sentence already quoted


class ExtractiveAnswerer:
    """Quotes up to three sentences word for word with their citations, or says it found none.

    Deterministic. It opens with a line that says what it is; a line break within a sentence is
    shown as a space.
    """

    model = "offline-extractive-v1"

    async def stream(
        self, question: str, context: Context, messages: Sequence[Message], param: QueryParam
    ) -> AsyncGenerator[str, None]:
        phrases = choose_phrases(question)
        if param.mode == "bypass":
            yield phrases.bypass
            return
        quotes = await asyncio.to_thread(choose_quotes, question, context)
        if not quotes:
            yield phrases.unknown
            return
        yield f"{phrases.introduction}\n"
        for quote in quotes:
            yield f"\n“{quote.text}” [{quote.number}]\n"


def choose_quotes(question: str, context: Context) -> list[Candidate]:
    """The sentences to quote, best first; empty when none covers enough of the question."""
    candidates, surroundings = [], {}
    for number, chunk in enumerate(context.chunks, start=1):
        heads = " ".join((chunk.title, *chunk.headings))
        surroundings[number] = make_candidate(number, f"{heads}\n{chunk.content}")
        for start, end in split_sentences(chunk.content):
            text = " ".join(chunk.content[start:end].split())
            candidates.append(make_candidate(number, text))
    scored = score_sentences(question, candidates, surroundings)
    return _pick(scored)


def _pick(scored: Sequence[Scored]) -> list[Candidate]:
    """The best, then what is nearly as good and says something else."""
    enough = [one for one in scored if one.coverage >= LEAST_COVERAGE]
    picked: list[Candidate] = []
    for one in enough:
        if len(picked) == MOST_QUOTES or one.score < LEAST_SHARE * enough[0].score:
            break
        if all(overlap(one.candidate, other) <= MOST_OVERLAP for other in picked):
            picked.append(one.candidate)
    return picked
