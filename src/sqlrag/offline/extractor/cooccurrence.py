"""Relations between names that stand in the same sentences."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from sqlrag.offline.extractor.vocabulary import COMMON

Pair = tuple[str, str]

MOST_NAMES = (
    12  # of a sentence that make pairs: a longer one is a list, and its names are strangers
)
STRONGEST = 8  # pairs of a name that stay for its sake
_MOST_BETWEEN = 80  # characters between two names in which a verb is looked for
_MOST_KEYWORDS = 3
_SMALL_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]{3,}(?![\w'’-])")


def weigh_pairs(sentences: Sequence[Sequence[str]]) -> dict[Pair, float]:
    """How strongly the names of a document belong together; what belongs together by chance only
    is left out.

    Normalised pointwise mutual information over the sentences, ln(p(x,y) / (p(x)·p(y))) /
    -ln p(x,y), which is 1 for names that only occur together and 0 for independent ones (Bouma
    2009, "Normalized (pointwise) mutual information in collocation extraction", eq. 4).
    """
    names = Counter(name for listed in sentences for name in set(listed))
    pairs = count_pairs(sentences)
    total = len(sentences)
    weights = {}
    for (first, second), count in pairs.items():
        weight = _npmi(count / total, names[first] / total, names[second] / total)
        if weight > 0:
            weights[first, second] = weight
    return weights


def count_pairs(sentences: Iterable[Sequence[str]]) -> Counter[Pair]:
    """In how many sentences two names stand; a pair is in alphabetical order."""
    pairs: Counter[Pair] = Counter()
    for names in sentences:
        pairs.update(combinations(sorted(dict.fromkeys(names[:MOST_NAMES])), 2))
    return pairs


def prune_hubs(weights: Mapping[Pair, float], strongest: int = STRONGEST) -> set[Pair]:
    """The pairs that are among the strongest of one of their ends, so that what is named
    everywhere keeps few pairs of its own while rare names keep theirs."""
    ends: dict[str, list[tuple[float, Pair]]] = defaultdict(list)
    for pair, weight in weights.items():
        for name in pair:
            ends[name].append((-weight, pair))
    return {pair for listed in ends.values() for _, pair in sorted(listed)[:strongest]}


def find_keywords(between: str) -> str:
    """The words that say something between two names: what happens there, as a rule."""
    if len(between) > _MOST_BETWEEN:
        return ""
    words = [w for w in _SMALL_WORD.findall(between) if w.islower() and w not in COMMON]
    return ", ".join(dict.fromkeys(words[:_MOST_KEYWORDS]))


def _npmi(together: float, first: float, second: float) -> float:
    if together >= 1.0:
        return 1.0
    return math.log(together / (first * second)) / -math.log(together)
