"""Sentences end where readers end them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.offline.sentences import LONGEST, split_sentences

LONG_ROW = "Other provisions and charges, net of the taxes that were paid on them 81 (7) 92"


def cut(text):
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        ("Acme Inc. Germany grew 3.5 % in 2020.", ["Acme Inc. Germany grew 3.5 % in 2020."]),
        ("He works at Acme Inc. The firm grew.", ["He works at Acme Inc.", "The firm grew."]),
        ("Dr. The Anh came, e.g. by car.", ["Dr. The Anh came, e.g. by car."]),
        ("He said “Go.” She went.", ["He said “Go.”", "She went."]),
        ("Основана в 2011 г. в Москве. Её знают.", ["Основана в 2011 г. в Москве.", "Её знают."]),
        ("公司成立。总部在上海！好吗？是", ["公司成立。", "总部在上海！", "好吗？", "是"]),
        ("# Title\nText here.\n\n- item\n- other", ["Title", "Text here.", "item", "other"]),
        ("| a | b |\n| 1 | 2 |", ["| a | b |", "| 1 | 2 |"]),
        ("1. First step. Then rest.", ["1. First step.", "Then rest."]),
        ("The contract may be\nended at any time.", ["The contract may be\nended at any time."]),
        ("Net sales 127,101\nOther income 25", ["Net sales 127,101", "Other income 25"]),
        (f"{LONG_ROW}\nGoodwill 4 5", [LONG_ROW, "Goodwill 4 5"]),
        ("on: a; built: 1934\non: b; built: 1911", ["on: a; built: 1934", "on: b; built: 1911"]),
        ("[09:14] Mara: so\n[09:16] Tom: and so", ["[09:14] Mara: so", "[09:16] Tom: and so"]),
        ("", []),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_sentences_are_cut_where_they_end(text, sentences):
    assert cut(text) == sentences


@given(st.text(alphabet="ab. \n|#-。?A1", max_size=200) | st.text(max_size=200))
def test_spans_are_ordered_trimmed_and_lose_no_word(text):
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    kept = "".join(text[a:b] for a, b in spans)
    assert sum(map(str.isalnum, kept)) == sum(map(str.isalnum, text))


def test_a_text_without_ends_is_cut_at_spaces():
    pieces = cut("word " * 500)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert {word for piece in pieces for word in piece.split()} == {"word"}
