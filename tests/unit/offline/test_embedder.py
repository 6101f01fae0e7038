"""The hashing embedder is the same everywhere, and near for what shares words."""

import hashlib
import os
import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.offline.embedder import HashingEmbedder, hash_texts

SAMPLES = [
    "The notice period is 30 days.",
    "Срок договора — год.",
    "员工每年享有十五天年假。",
    "",
    "!?",
]
PROGRAM = """
import asyncio, hashlib, sys
from sqlrag.offline.embedder import HashingEmbedder
vectors = asyncio.run(HashingEmbedder().embed(sys.argv[1:]))
print(hashlib.sha256(vectors.round(5).tobytes()).hexdigest())
"""
KNOWN_HEAVIEST = [8, 20, 3, 0, 0]


def nearness(first, second):
    one, other = hash_texts([first, second], 512)
    return float(one @ other)


async def test_two_processes_agree():
    vectors = await HashingEmbedder().embed(SAMPLES)
    here = hashlib.sha256(vectors.round(5).tobytes()).hexdigest()
    for seed in ("1", "2"):
        command = [sys.executable, "-c", PROGRAM, *SAMPLES]
        environment = {**os.environ, "PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed}
        there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert there.stdout.strip() == here


def test_known_texts_keep_their_vectors():
    """A change here is a new embedding space: give the model a new name."""
    vectors = hash_texts(SAMPLES, 64)
    heaviest = np.abs(vectors).argmax(axis=1).tolist()
    assert heaviest == KNOWN_HEAVIEST
    assert HashingEmbedder.model == "offline-hashing-v1"


@given(st.lists(st.text(), max_size=5), st.sampled_from([16, 100, 512]))
def test_every_text_gets_a_finite_unit_vector(texts, dimensions):
    vectors = HashingEmbedder(dimensions)._embed(texts)
    assert vectors.shape == (len(texts), dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@given(st.lists(st.text() | st.sampled_from([*SAMPLES, "K. one two", "one\ntwo"]), min_size=2))
def test_no_text_changes_what_another_gets(texts):
    together = hash_texts(texts, 100)
    alone = np.concatenate([hash_texts([text], 100) for text in texts])
    assert together.tobytes() == alone.tobytes()


def spread(number):
    """SplitMix64's finalizer, in whole numbers."""
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB % 2**64
    return number ^ (number >> 31)


def hash_slowly(weights, dimensions):
    """What is embedded of spaced words with these weights, one feature after another."""
    vector = np.zeros(dimensions)

    def add(letters, salt, share):
        powers = (pow(0x9E3779B97F4A7C15, place, 2**64) for place in range(len(letters)))
        mixed = (spread(ord(letter) * 0x9E3779B97F4A7C15 % 2**64) for letter in letters)
        code = sum(one * power for one, power in zip(mixed, powers, strict=True)) % 2**64
        hashed = spread((code + salt) % 2**64)
        vector[hashed % dimensions] += share if hashed >> 63 else -share

    for word, weight in weights.items():
        add(word, 1, weight)
        text = f" {word} "
        grams = [text[at : at + n] for n in (3, 4, 5) for at in range(len(text) - n + 1)]
        for gram in grams:
            add(gram, len(gram), 1.4 * weight / len(grams) ** 0.5)
    return vector / np.linalg.norm(vector)


def test_vectors_are_what_the_formula_says():
    weights = {"the": 0.1 * (1 + np.log(2)), "lamp": 1.0 + np.log(2), "a": 0.1, "kerr": 2.0, "u": 2}
    weights |= {"s": 0.1, "a1": 1.0, "12": 2.0, "500": 2.0, "12500": 1.0, "us": 1.0}
    (found,) = hash_texts(["the lamp, the lamp: a Kerr\nU.S. a1 12,500"], 128)
    assert np.allclose(found, hash_slowly(weights, 128))


async def test_small_and_large_batches_agree():
    texts = ["word " * 3000, "other words"] * 5
    large = await HashingEmbedder().embed(texts)
    small = await HashingEmbedder().embed(texts[1:2])
    assert np.array_equal(large[1], small[0])
    assert (await HashingEmbedder().embed([])).shape == (0, 512)
    assert await HashingEmbedder(100).dimensions() == 100


def test_inflected_forms_and_typos_come_near():
    assert nearness("расторжение договора", "расторжении договоров") > 0.3
    assert nearness("расторжение договора", "погода завтра") < 0.15
    assert nearness("payment schedule", "paymnet schedule") > 0.5
    assert nearness("年假有多少天", "每年的年假") > 0.2


def test_case_width_and_yo_do_not_matter_much():
    assert nearness("ПОЛЁТ", "полет") > 0.99
    assert nearness("ＡＢＣ１２３", "ABC123") > 0.99


def test_empty_text_is_far_from_words():
    assert abs(nearness("", "The notice period is 30 days.")) < 0.1
