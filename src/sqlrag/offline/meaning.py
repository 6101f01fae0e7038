"""Whether a quote answers by its meaning, where its words do not tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sqlrag.domain.models import Vectors

QUOTE, WORDS = 2.0, 1.5  # how much the meaning of the whole and of its words count beside coverage
# Cosines of words that have nothing to do with each other, and of two that mean the same.
UNLIKE, ALIKE = 0.35, 0.8


@dataclass(frozen=True, slots=True)
class Doubt:
    """A quote whose words do not tell whether it answers, and what of it is to be embedded.

    `shares` are of the question's weight, by word, and sum to 1; `found` is how well each is found.
    """

    question: str
    quote: str
    coverage: float
    shares: Mapping[str, float]
    found: Mapping[str, float]
    said: Sequence[str]

    @property
    def texts(self) -> list[str]:
        """The question and the quote, the words of the one and of the other."""
        return [self.question, self.quote, *self.shares, *self.said]

    def measure(self, vectors: Vectors) -> float | None:
        """How well it answers, of 4.5, by the vectors of its texts, which have length 1.

        None for a script that the model does not read, whose vectors are nothing.
        """
        question, quote, words = vectors[0], vectors[1], vectors[2:]
        if not (question.any() and quote.any()):
            return None
        asked, said = words[: len(self.shares)], words[len(self.shares) :]
        cosines = (asked @ said.T).max(axis=1, initial=0.0)
        near = np.clip((cosines - UNLIKE) / (ALIKE - UNLIKE), 0, 1)
        meant = sum(
            share * max(self.found.get(word, 0.0), float(like))
            for (word, share), like in zip(self.shares.items(), near, strict=True)
        )
        return self.coverage + QUOTE * float(question @ quote) + WORDS * meant
