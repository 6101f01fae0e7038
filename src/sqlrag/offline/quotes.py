"""Which stretches of the chunks to quote: a row, or a sentence with what it needs beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlrag.domain.retrieval import Context
from sqlrag.offline.passages import Passage, ReadChunk, read_chunk
from sqlrag.offline.questions import Asked, read_question
from sqlrag.offline.relevance import Scored, overlap, score_passages

MOST_QUOTES = 3
# Of the question's weight, in the words of the best passage; below it, the documents do not say.
# Less, where words are cut into pieces or carry what others write apart.
LEAST_COVERAGE, LEAST_ELSEWHERE = 0.37, 0.29
# The same where the cosine of the best with the question is added, and then in words alone.
LEAST_SIMILAR, LEAST_SIMILAR_ELSEWHERE, LEAST_SAID = 0.7, 0.6, 0.2
LEAST_SHARE = 0.5  # of the best score; below it, a sentence only dilutes the answer
MOST_OVERLAP = 0.6  # of the words of a sentence already quoted
LONGEST, LONGEST_MERGED = 320, 450  # characters of a quote, and of two that meet
LONGEST_HEAD = 160
_POINTS_BACK = re.compile(
    r"[\"“(]?(?:It|He|She|They|This|That|These|Those|His|Her|Their|Its|So|But|And|Then|Er|Sie|Es"
    r"|Dort|Dies\w*|Он|Она|Они|Его|Её|Ее|Это|Их)\b|[其它他她此]"
)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of chunk `number`, from 1; of a row, `head` are the labels of its table."""

    number: int
    text: str
    head: str = ""


@dataclass(slots=True)
class _Stretch:
    """Passages `first` to `last` of a chunk, chosen for the one at `place`."""

    number: int
    chunk: ReadChunk
    place: int
    first: int
    last: int

    @property
    def chosen(self) -> Passage:
        return self.chunk.passages[self.place]

    def grow(self, to: int, longest: int) -> bool:
        """By the passage `to` beside it, if that is prose of the same paragraph and fits."""
        first, last = min(self.first, to), max(self.last, to)
        passages = self.chunk.passages
        if to not in (self.first - 1, self.last + 1) or not 0 <= to < len(passages):
            return False
        if not passages[max(to, self.first)].joins:
            return False
        if passages[last].end - passages[first].start > longest:
            return False
        self.first, self.last = first, last
        return True

    def quote(self) -> Quote:
        passages = self.chunk.passages
        text = self.chunk.content[passages[self.first].start : passages[self.last].end]
        head = self.chosen.head[-LONGEST_HEAD:] if self.chosen.form == "row" else ""
        return Quote(self.number, " ".join(text.split()), head)


@dataclass(frozen=True, slots=True)
class Candidates:
    """All that may be quoted as the answer to a question, best first."""

    asked: Asked
    chunks: Sequence[ReadChunk]
    scored: Sequence[Scored]

    @classmethod
    def of(cls, question: str, context: Context) -> "Candidates":
        asked = read_question(question)
        chunks = [read_chunk(chunk) for chunk in context.chunks]
        return cls(asked, chunks, score_passages(asked, chunks))

    def find_doubtful(self) -> str | None:
        """The best, where its words do not tell whether it answers."""
        if not self.scored or self.scored[0].coverage >= LEAST_SIMILAR:
            return None
        return self.chunks[self.scored[0].chunk].passages[self.scored[0].place].text

    def choose(self, similarity: float | None = None) -> list[Quote]:
        """What to quote, best first; empty when nothing covers enough of the question.

        `similarity`: the cosine of the question with the best, where it is known.
        """
        parted = self.asked.script in ("latin", "cyrillic", "greek")
        least = LEAST_COVERAGE if parted else LEAST_ELSEWHERE
        if similarity is not None:
            both = LEAST_SIMILAR if parted else LEAST_SIMILAR_ELSEWHERE
            if self.scored[0].coverage < max(LEAST_SAID, both - similarity):
                return []
            least = min(least, self.scored[0].coverage)
        return [one.quote() for one in _pick(self.asked, self.chunks, _enough(self.scored, least))]


def choose_quotes(question: str, context: Context) -> list[Quote]:
    """What to quote by words alone."""
    return Candidates.of(question, context).choose()


def _pick(asked: Asked, chunks: Sequence[ReadChunk], shown: Iterable[Scored]) -> list[_Stretch]:
    """The best, then what is nearly as good and says something else."""
    picked: list[_Stretch] = []
    for one in shown:
        chunk = chunks[one.chunk]
        stretch = _Stretch(one.chunk + 1, chunk, one.place, one.place, one.place)
        beside = [other for other in picked if other.number == stretch.number]
        if any(other.first <= one.place <= other.last for other in beside):
            continue
        if any(other.grow(one.place, LONGEST_MERGED) for other in beside):
            continue
        if len(picked) == MOST_QUOTES:
            break
        if all(overlap(stretch.chosen.own, other.chosen.own) <= MOST_OVERLAP for other in picked):
            _complete(asked, stretch)
            picked.append(stretch)
    return picked


def _enough(scored: Sequence[Scored], least: float) -> Iterator[Scored]:
    best = None
    for one in scored:
        if one.coverage >= least:
            best = best or one.score
            if one.score < LEAST_SHARE * best:
                return
            yield one


def _complete(asked: Asked, stretch: _Stretch) -> None:
    """With the sentence before where it points back, with both where it does not seem to tell."""
    place, text = stretch.place, stretch.chosen.text
    tells = asked.kind is not None and bool(asked.kind.tells(text))
    if _POINTS_BACK.match(text):
        stretch.grow(place - 1, LONGEST)
    if not tells:
        stretch.grow(place + 1, LONGEST)
        stretch.grow(place - 1, LONGEST)
