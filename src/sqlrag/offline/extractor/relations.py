"""Entities with descriptions and relations with weights, out of the names found.

Relations are between names that stand in the same sentences.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, groupby, islice

from sqlrag.domain.graph import (
    ChunkExtraction,
    DocumentText,
    ExtractedEntity,
    ExtractedRelation,
    ExtractionOptions,
)
from sqlrag.offline.extractor.kinds import guess_kind
from sqlrag.offline.extractor.names import ChunkNames, DocumentNames
from sqlrag.offline.extractor.spans import Span
from sqlrag.offline.extractor.subjects import mark_subjects, title_names
from sqlrag.offline.extractor.vocabulary import COMMON

Pair = tuple[str, str]

LONGEST_DESCRIPTION = 300
# Of a sentence that make pairs: a longer one is a list, and its names are strangers.
MOST_NAMES = 12
STRONGEST = 8  # pairs of a name that stay for its sake
_MOST_BETWEEN = 80  # characters between two names in which a verb is looked for
_MOST_KEYWORDS = 3
_SMALL_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]{3,}(?![\w'’-])")


def relate_chunks(
    document: DocumentText, names: DocumentNames, options: ExtractionOptions
) -> list[ChunkExtraction]:
    """One extraction per chunk; an entity is described where the document first names it."""
    weights = _weigh(names.chunks)
    titles = title_names(document.title)
    alone = len(document.chunks) == 1
    described: set[str] = set()
    extractions = []
    for chunk, content in zip(names.chunks, document.chunks, strict=True):
        entities = _make_entities(chunk, names.kinds, titles, described, options.max_entities)
        kept = {entity.name for entity in entities}
        relations = _make_relations(chunk, weights, kept, options.max_relations)
        marked = mark_subjects(entities, document.title, content, alone)
        extractions.append(ChunkExtraction(marked, relations))
    return extractions


def _weigh(chunks: Sequence[ChunkNames]) -> dict[Pair, float]:
    """Of the pairs to keep. In one chunk there are too few sentences for statistics, and a pair
    weighs 1."""
    sentences = [listed for chunk in chunks for listed in _names_by_sentence(chunk)]
    counts = count_pairs(sentences)
    weights = weigh_pairs(sentences) if len(chunks) > 1 else dict.fromkeys(counts, 1.0)
    kept = prune_hubs({pair: weight * counts[pair] for pair, weight in weights.items()})
    return {pair: weight for pair, weight in weights.items() if pair in kept}


def _names_by_sentence(chunk: ChunkNames) -> list[list[str]]:
    listed: list[list[str]] = [[] for _ in chunk.sentences]
    for span in chunk.spans:
        listed[span.sentence].append(span.name)
    return listed


def _make_entities(
    chunk: ChunkNames,
    kinds: Mapping[str, str],
    titles: Sequence[str],
    described: set[str],
    most: int,
) -> list[ExtractedEntity]:
    """The title's names first, then those named most often, the earlier of two equals."""
    counts = Counter(span.name for span in chunk.spans)
    first = {span.name: span for span in reversed(chunk.spans)}
    ranked = sorted(counts, key=lambda name: (-counts[name], first[name].start))
    entities = []
    for name in list(dict.fromkeys((*titles, *ranked)))[:most]:
        description = ""
        if name in first and name not in described:
            described.add(name)
            description = _quote(chunk, first[name])
        entities.append(
            ExtractedEntity(name, kinds.get(name) or guess_kind(name, "", 0, 0), description)
        )
    return entities


def _make_relations(
    chunk: ChunkNames, weights: Mapping[Pair, float], kept: set[str], most: int
) -> tuple[ExtractedRelation, ...]:
    """Weight: sentences of the chunk with both names, times how strongly the two belong together
    in the document."""
    counts = {
        pair: count
        for pair, count in count_pairs(_names_by_sentence(chunk)).items()
        if pair in weights and kept.issuperset(pair)
    }
    ranked = sorted(counts, key=lambda pair: (-counts[pair] * weights[pair], pair))[:most]
    places = _find_places(chunk, set(ranked))
    return tuple(
        _make_relation(chunk, *places[pair], counts[pair] * weights[pair]) for pair in ranked
    )


def _find_places(chunk: ChunkNames, wanted: set[Pair]) -> dict[Pair, tuple[Span, Span]]:
    """The nearest two spans of each pair in the first sentence that has both."""
    places: dict[Pair, tuple[Span, Span]] = {}
    for _, spans in groupby(chunk.spans, key=lambda span: span.sentence):
        for first, second in combinations(islice(spans, MOST_NAMES), 2):
            pair = (min(first.name, second.name), max(first.name, second.name))
            known = places.get(pair)
            if pair in wanted and (known is None or _is_nearer(first, second, known)):
                places[pair] = (first, second)
    return places


def _is_nearer(first: Span, second: Span, known: tuple[Span, Span]) -> bool:
    return (
        first.sentence == known[0].sentence
        and second.start - first.end < known[1].start - known[0].end
    )


def _make_relation(
    chunk: ChunkNames, first: Span, second: Span, weight: float
) -> ExtractedRelation:
    """From the name that stands first to the other."""
    return ExtractedRelation(
        first.name,
        second.name,
        find_keywords(chunk.text[first.end : second.start]),
        _quote(chunk, first),
        round(weight, 4),
    )


def _quote(chunk: ChunkNames, span: Span) -> str:
    start, end = chunk.sentences[span.sentence]
    sentence = " ".join(chunk.text[start:end].split())
    if len(sentence) <= LONGEST_DESCRIPTION:
        return sentence
    return sentence[: LONGEST_DESCRIPTION - 1] + "…"


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
