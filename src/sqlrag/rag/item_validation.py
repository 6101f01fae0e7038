"""From what a caller of a store gives to items and vectors that are right."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sqlrag.domain.errors import BadInput
from sqlrag.domain.items import HalfVectors, NewItem
from sqlrag.parsing import estimate_tokens

Ids = str | Sequence[str]
Texts = str | Sequence[str] | None
Metadatas = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
Tags = Sequence[str] | Sequence[Sequence[str]] | None
_LARGEST = float(np.finfo(np.float16).max)


def read_items(
    ids: Ids,
    embeddings: Any,
    documents: Texts,
    metadatas: Metadatas,
    tags: Tags,
    *,
    dimensions: int,
    metric: str,
    replaces: bool,
) -> list[NewItem]:
    """The items of one call. Raises BadInput for the first that is wrong."""
    keys = read_ids(ids)
    if isinstance(ids, str):
        documents, metadatas = _alone(documents), _alone(metadatas)
        embeddings, tags = [embeddings], _alone(tags)
    texts = one_each("documents", documents, len(keys), "")
    fields = one_each("metadatas", metadatas, len(keys), {})
    labels = one_each("tags", tags, len(keys), ())
    for key, text, mapping, words in zip(keys, texts, fields, labels, strict=True):
        _check_item(key, text, mapping, words)
    vectors = read_vectors(embeddings, keys, dimensions, metric)
    return [
        NewItem(key, text, vector, mapping, tuple(words), estimate_tokens(text), replaces)
        for key, text, vector, mapping, words in zip(
            keys, texts, vectors, fields, labels, strict=True
        )
    ]


def read_ids(ids: Ids) -> list[str]:
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
    try:
        shapes = [np.shape(vector) for vector in embeddings]
    except (TypeError, ValueError):
        raise BadInput("An embedding is not a list of numbers; give lists of floats.") from None
    if len(shapes) != len(names):
        raise BadInput(
            f"There are {len(names)} ids but {len(shapes)} embeddings; give one for each."
        )
    for name, shape in zip(names, shapes, strict=True):
        if shape != (dimensions,):
            raise BadInput(
                f'The embedding of "{name}" has shape {shape}, but this store has {dimensions} '
                f"dimensions; give a list of {dimensions} numbers."
            )
    try:
        exact = np.asarray(embeddings, dtype=np.float32).reshape(len(names), dimensions)
    except (TypeError, ValueError):
        raise BadInput("An embedding is not made of numbers; give lists of floats.") from None
    for name, fits in zip(names, np.all(np.abs(exact) <= _LARGEST, axis=1).tolist(), strict=True):
        if not fits:
            raise BadInput(
                f'The embedding of "{name}" holds NaN, infinity or a number beyond '
                f"{_LARGEST:.0f}, which halfvec cannot store; leave it out or scale it."
            )
    vectors = exact.astype(np.float16)
    for name, is_something in zip(names, np.any(vectors, axis=1).tolist(), strict=True):
        if metric == "cosine" and not is_something:
            raise BadInput(
                f'The embedding of "{name}" is all zeros, which has no cosine with anything; '
                "leave it out, or use the metric ip or l2."
            )
    return vectors


def _alone(value: Any) -> Any:
    return None if value is None else [value]


def one_each(
    name: str, values: Any, count: int, nothing: Any = None, things: str = "ids"
) -> list[Any]:
    """As many values as things; without values, nothing for each. Raises BadInput."""
    if values is None:
        return [nothing] * count
    if isinstance(values, str | Mapping) or len(values) != count:
        given = len(values) if not isinstance(values, str | Mapping) else "one"
        raise BadInput(f"There are {count} {things} but {given} {name}; give one for each.")
    return [nothing if value is None else value for value in values]


def _check_item(key: str, text: Any, metadata: Any, tags: Any) -> None:
    if not isinstance(text, str) or "\x00" in text:
        raise BadInput(f'The document of "{key}" is no text, or holds a NUL; give plain text.')
    if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
        raise BadInput(f'The tags of "{key}" are no list of texts; give a list such as ["a"].')
    try:
        dumped = json.dumps(metadata, allow_nan=False) if isinstance(metadata, Mapping) else ""
    except (TypeError, ValueError) as error:
        raise BadInput(
            f'The metadata of "{key}" is not JSON ({error}); use plain values.'
        ) from None
    if not dumped or r"\u0000" in dumped:
        raise BadInput(f'The metadata of "{key}" is no mapping, or holds a NUL; give a dict.')
