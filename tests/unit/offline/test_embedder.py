"""The hashing embedder is the same everywhere, and near for what shares words."""

import hashlib
import os
import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.offline.embedder import HashingEmbedder, hash_text

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
    return float(hash_text(first, 512) @ hash_text(second, 512))


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
    vectors = np.array([hash_text(text, 64) for text in SAMPLES])
    heaviest = np.abs(vectors).argmax(axis=1).tolist()
    assert heaviest == KNOWN_HEAVIEST
    assert HashingEmbedder.model == "offline-hashing-v1"


@given(st.lists(st.text(), max_size=5), st.sampled_from([16, 100, 512]))
def test_every_text_gets_a_finite_unit_vector(texts, dimensions):
    vectors = HashingEmbedder(dimensions)._embed(texts)
    assert vectors.shape == (len(texts), dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


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
