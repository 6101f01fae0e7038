"""Makes extractions of the names found: entities with descriptions, relations with weights."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, groupby, islice

from sqlrag.domain.graph import (
    ChunkExtraction,
    DocumentText,
    ExtractedEntity,
    ExtractedRelation,
    ExtractionOptions,
)
from sqlrag.offline.extractor.cooccurrence import (
    MOST_NAMES,
    Pair,
    count_pairs,
    find_keywords,
    prune_hubs,
    weigh_pairs,
)
from sqlrag.offline.extractor.kinds import guess_kind
from sqlrag.offline.extractor.naming import ChunkNames, DocumentNames
from sqlrag.offline.extractor.spans import Span
from sqlrag.offline.extractor.subjects import mark_subjects, title_names

LONGEST_DESCRIPTION = 300


def link_chunks(
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
    if len(chunks) > 1:
        weights = weigh_pairs(sentences)
    else:
        weights = dict.fromkeys(count_pairs(sentences), 1.0)
    counts = count_pairs(sentences)
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
    counts = Counter(
        pair
        for pair, count in count_pairs(_names_by_sentence(chunk)).items()
        if pair in weights and kept.issuperset(pair)
        for _ in range(count)
    )
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
