"""Which stretches of the chunks to quote: a row, or a sentence with what it needs beside it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlrag.domain.retrieval import Context
from sqlrag.offline.meaning import Doubt
from sqlrag.offline.passages import Passage, ReadChunk, read_chunk
from sqlrag.offline.questions import Asked, read_question
from sqlrag.offline.relevance import Scored, matters, overlap, score_passages
from sqlrag.offline.words import word_set

MOST_QUOTES = 3
# Of the question's weight, in the words of the best passage; below it, the documents do not say.
# Less, where words are cut into pieces or carry what others write apart; more, where nothing but
# words can tell, since the encoder does not read the script.
LEAST_COVERAGE = {"latin": 0.37, "cyrillic": 0.37, "cjk": 0.29, "arabic": 0.29, "thai": 0.29}
LEAST_UNREAD = 0.55
# What tells without a look at the meaning; by script, the least with it, of 4.5, and in words.
SURE, LEAST_SAID = 0.8, 0.2
LEAST_MEANT = {"cjk": 2.05, "arabic": 1.9, "thai": 1.5}
LEAST_MEANT_PARTED = 2.22
LEAST_SHARE = 0.5  # of the best score; below it, a sentence only dilutes the answer
MOST_OVERLAP = 0.6  # of the words of a sentence already quoted
# A further quote covers and ranks so near to the best, or says so much more of the question.
NEARLY, LEAST_MORE = 0.55, 0.1
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

    question: str
    asked: Asked
    chunks: Sequence[ReadChunk]
    scored: Sequence[Scored]

    @classmethod
    def of(cls, question: str, context: Context) -> "Candidates":
        asked = read_question(question)
        chunks = [read_chunk(chunk) for chunk in context.chunks]
        return cls(question, asked, chunks, score_passages(asked, chunks))

    def find_doubt(self) -> Doubt | None:
        """About the best, where its words do not tell whether it answers."""
        if not self.scored or self.scored[0].coverage >= SURE:
            return None
        best = self.scored[0]
        quote = _open_stretch(self.asked, self.chunks, best).quote()
        words = word_set(f"{quote.head} {quote.text}")
        # Pieces of three letters mean nothing.
        said = [] if self.asked.script == "thai" else sorted(filter(matters, words))
        return Doubt(self.question, quote.text, best.coverage, best.shares, best.found, said)

    def choose(self, meant: float | None = None) -> list[Quote]:
        """What to quote, best first; empty when nothing answers enough of the question.

        `meant`: how well the best answers, its meaning included, where that was looked at.
        """
        script = self.asked.script
        least = LEAST_COVERAGE.get(script, LEAST_UNREAD)
        if meant is not None:
            enough = meant >= LEAST_MEANT.get(script, LEAST_MEANT_PARTED)
            if not enough or self.scored[0].coverage < LEAST_SAID:
                return []
            least = min(least, self.scored[0].coverage)
        return [one.quote() for one in _pick(self.asked, self.chunks, _enough(self.scored, least))]


def choose_quotes(question: str, context: Context) -> list[Quote]:
    """What to quote by words alone."""
    return Candidates.of(question, context).choose()


def _pick(asked: Asked, chunks: Sequence[ReadChunk], shown: Iterable[Scored]) -> list[_Stretch]:
    """The best, then what says something else and is as good, or says more of the question."""
    picked: list[_Stretch] = []
    told, best = dict[str, float](), None
    for one in shown:
        best = best or one
        chunk = chunks[one.chunk]
        stretch = _Stretch(one.chunk + 1, chunk, one.place, one.place, one.place)
        beside = [other for other in picked if other.number == stretch.number]
        if any(other.first <= one.place <= other.last for other in beside):
            continue
        if any(other.grow(one.place, LONGEST_MERGED) for other in beside):
            continue
        if len(picked) == MOST_QUOTES:
            break
        more = sum(
            one.shares[term] * max(0.0, share - told.get(term, 0.0))
            for term, share in one.found.items()
        )
        near = min(one.score / best.score, one.coverage / best.coverage)
        if near < NEARLY and more < LEAST_MORE:
            continue
        if all(overlap(stretch.chosen.own, other.chosen.own) <= MOST_OVERLAP for other in picked):
            _complete(asked, stretch)
            picked.append(stretch)
            told |= {term: max(share, told.get(term, 0.0)) for term, share in one.found.items()}
    return picked


def _open_stretch(asked: Asked, chunks: Sequence[ReadChunk], one: Scored) -> _Stretch:
    stretch = _Stretch(one.chunk + 1, chunks[one.chunk], one.place, one.place, one.place)
    _complete(asked, stretch)
    return stretch


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
