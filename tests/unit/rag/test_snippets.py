"""Of a long chunk a model is shown the sentences around what answers, within a budget of tokens."""

from dataclasses import replace

import pytest

from sqlrag.domain.retrieval import ScoredChunk
from sqlrag.offline import word_set
from sqlrag.parsing import estimate_tokens
from sqlrag.rag.selection import SNIPPET, cut_snippet
from tests.support.contexts import make_chunk

FILLER = "The sea was grey and the wind came from the west. "


def chunk(content: str) -> ScoredChunk:
    return replace(make_chunk(content), token_count=estimate_tokens(content))


def test_a_short_chunk_is_shown_whole() -> None:
    assert cut_snippet(word_set("a lamp"), chunk("\nThe lamp.\n\n- It was lit.\n")) == (
        "The lamp.\n\n- It was lit."
    )


def test_what_answers_is_shown_wherever_it_stands_with_what_is_beside_it() -> None:
    told = "Ada Quist was no sailor. She lit the lamp in 1871. It burned for a year. "
    shown = cut_snippet(word_set("lit lamp"), chunk(FILLER * 60 + told + FILLER * 60))
    assert told.strip() in shown
    assert shown.startswith("… The sea was grey")
    assert shown.endswith("The sea was grey and the wind came from the west. …")


def test_places_far_apart_are_both_shown() -> None:
    first, second = "Ada lit the lamp in 1871. ", "The harbour master was Bert. "
    shown = cut_snippet(
        word_set("lamp master"), chunk(FILLER * 9 + first + FILLER * 60 + second + FILLER * 9)
    )
    assert first.strip() in shown
    assert second.strip() in shown
    assert " … " in shown[2:-2]


def test_without_a_word_of_the_question_the_beginning_is_shown() -> None:
    assert cut_snippet(frozenset(), chunk("The first. " + FILLER * 60)).startswith("The first.")


@pytest.mark.parametrize(
    "sentence",
    [
        FILLER,
        "海是灰色的，风从西边吹来，灯塔的灯还没有点亮。",
        "Море было серым, и ветер дул с запада. ",
        "ทะเลเป็นสีเทาและลมพัดมาจากทิศตะวันตก",
    ],
)
def test_the_budget_holds_in_every_script(sentence: str) -> None:
    whole = chunk(sentence * 200)
    shown = cut_snippet(word_set(sentence), whole)
    assert 0.5 * SNIPPET < estimate_tokens(shown) <= 1.1 * SNIPPET
    assert shown.endswith(" …")


def test_a_count_of_tokens_that_is_wrong_does_not_open_the_budget() -> None:
    assert len(cut_snippet(frozenset(), chunk("x" * 100_000))) < 10 * SNIPPET


def test_a_word_of_every_sentence_does_not_hide_the_rare_one() -> None:
    content = (
        "The lamp, the lamp: a lamp of the harbour is a lamp. " * 80 + "The lamp cost 12 marks."
    )
    assert "12 marks" in cut_snippet(word_set("cost of the harbour lamp"), chunk(content))
