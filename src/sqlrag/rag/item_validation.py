"""From what a caller of a store gives to items and vectors that are right."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sqlrag.domain.errors import BadInput
from sqlrag.domain.items import HalfVectors, NewItem
from sqlrag.domain.names import check_values
from sqlrag.parsing import estimate_tokens

_LARGEST = float(np.finfo(np.float16).max)


def read_items(
    ids: str | Sequence[str], *given: Any, dimensions: int, metric: str, replaces: bool
) -> list[NewItem]:
    """The items of one call, of its embeddings, documents, metadatas and tags.

    Raises BadInput for the first that is wrong.
    """
    keys = read_ids(ids)
    if isinstance(ids, str):
        given = tuple([part] for part in given)
    embeddings, documents, metadatas, tags = given
    parts = (
        one_each("documents", documents, len(keys), ""),
        one_each("metadatas", metadatas, len(keys), {}),
        one_each("tags", tags, len(keys), ()),
    )
    for item in zip(keys, *parts, strict=True):
        _check_item(*item)
    vectors = read_vectors(embeddings, keys, dimensions, metric)
    return [
        NewItem(key, text, vector, metadata, tuple(words), estimate_tokens(text), replaces)
        for key, vector, text, metadata, words in zip(keys, vectors, *parts, strict=True)
    ]


def read_ids(ids: str | Sequence[str]) -> list[str]:
    """Raises BadInput where an id is no text, blank or there twice."""
    keys = [ids] if isinstance(ids, str) else list(ids)
    for key in keys:
        if not isinstance(key, str) or not key.strip() or "\x00" in key:
            raise BadInput(f"{key!r} is no id; use a text that is not blank, without NUL.")
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadInput(f'The id "{twice}" is given twice in one call; give each item its own.')
    return keys


def read_vectors(
    embeddings: Any, names: Sequence[str], dimensions: int, metric: str
) -> HalfVectors:
    """One vector per name as halfvec keeps it: 16-bit floats. Raises BadInput for a wrong one."""
    exact = _read_floats(embeddings, names, dimensions)
    fits = np.all(np.abs(exact) <= _LARGEST, axis=1)
    if not fits.all():
        raise BadInput(
            f'The embedding of "{names[fits.argmin()]}" holds NaN, infinity or a number beyond '
            f"{_LARGEST:.0f}, which halfvec cannot store; leave it out or scale it."
        )
    vectors: HalfVectors = exact.astype(np.float16)
    is_something = np.any(vectors, axis=1)
    if metric == "cosine" and not is_something.all():
        raise BadInput(
            f'The embedding of "{names[is_something.argmin()]}" is all zeros, which has no cosine '
            "with anything; leave it out, or use the metric ip or l2."
        )
    return vectors


def _read_floats(embeddings: Any, names: Sequence[str], dimensions: int) -> Any:
    try:
        given = one_each("embeddings", embeddings, len(names))
        shapes = [np.shape(vector) for vector in given]
    except (TypeError, ValueError):
        raise BadInput("An embedding is not a list of numbers; give lists of floats.") from None
    for name, shape in zip(names, shapes, strict=True):
        if shape != (dimensions,):
            raise BadInput(
                f'The embedding of "{name}" has shape {shape}, but this store has {dimensions} '
                f"dimensions; give a list of {dimensions} numbers."
            )
    try:
        return np.asarray(given, dtype=np.float32).reshape(len(names), dimensions)
    except (TypeError, ValueError):
        raise BadInput("An embedding is not made of numbers; give lists of floats.") from None


def one_each(
    name: str, values: Any, count: int, nothing: Any = None, things: str = "ids"
) -> list[Any]:
    """As many values as things; without values, nothing for each. Raises BadInput."""
    if values is None:
        return [nothing] * count
    given = "one" if isinstance(values, str | Mapping) else len(values)
    if given != count:
        raise BadInput(f"There are {count} {things} but {given} {name}; give one for each.")
    return [nothing if value is None else value for value in values]


def _check_item(key: str, text: Any, metadata: Any, tags: Any) -> None:
    if not isinstance(text, str) or "\x00" in text:
        raise BadInput(f'The document of "{key}" is no text, or holds a NUL; give plain text.')
    if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
        raise BadInput(f'The tags of "{key}" are no list of texts; give a list such as ["a"].')
    try:
        json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f'The metadata of "{key}" is not JSON ({error}); use plain values.'
        ) from None
    if not isinstance(metadata, Mapping):
        raise BadInput(f'The metadata of "{key}" is no mapping; give a dict.')
    check_values(f'The metadata of "{key}"', metadata)
