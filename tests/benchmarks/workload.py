"""Documents whose graphs are known: each chunk names twelve entities and relates them."""

import random
import re
from pydoc_data.topics import topics
from typing import Any

PER_CHUNK = 12
NEW = 10  # entities of a chunk that no chunk before it names
# Real words tokenise as prose does, and these come with Python.
_WORDS = sorted(set(re.findall(r"[a-z]{3,12}", " ".join(topics.values()))))


def entity_name(number: int) -> str:
    return f"{_WORDS[number % 2_003].title()} {_WORDS[number * 7 % 1_999].title()} {number}"


def entity_numbers(chunk: int) -> list[int]:
    """Ten of its own and two that every chunk names."""
    hubs = [0, 1] if chunk else [10_000_000, 10_000_001]
    return [chunk * NEW + n for n in range(NEW)] + hubs


def make_record(chunk: int) -> dict[str, Any]:
    """What a model extracts from a chunk: twelve entities and twelve relations between them."""
    names = [entity_name(number) for number in entity_numbers(chunk)]
    pairs = [(names[place], names[(place + 1) % NEW]) for place in range(NEW)]
    pairs += [(names[NEW], names[0]), (names[NEW + 1], names[5])]
    entities = [
        {"name": name, "type": "organization", "description": f"{name} is known from {chunk}. " * 3}
        for name in names
    ]
    relations = [
        {"source": a, "target": b, "keywords": "trade, partners",
         "description": f"{a} trades with {b} in {chunk}. " * 2, "weight": 0.8}
        for a, b in pairs
    ]  # fmt: skip
    return {"entities": entities, "relations": relations}


def make_chunk(chunk: int, words: int = 700) -> str:
    """About a thousand tokens, the names of its entities among them."""
    chance = random.Random(chunk)
    # Frequent and rare as in language: the rank is drawn log-uniformly.
    drawn = [_WORDS[int(len(_WORDS) ** chance.random()) - 1] for _ in range(words)]
    for place, number in enumerate(entity_numbers(chunk)):
        drawn.insert((place + 1) * words // (PER_CHUNK + 1), entity_name(number))
    sentences = [" ".join(drawn[at : at + 14]) + "." for at in range(0, len(drawn), 14)]
    return f"This is passage number {chunk}. " + " ".join(sentences)


def make_question(number: int, chunks: int) -> tuple[str, str]:
    """A question that names an entity, and the name."""
    chance = random.Random(1_000_000 + number)
    name = entity_name(chance.randrange(chunks * NEW))
    words = " ".join(_WORDS[int(len(_WORDS) ** chance.random()) - 1] for _ in range(6))
    return f"With whom does {name} trade, and what of {words}?", name
