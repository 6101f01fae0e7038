"""What a model thinks is no part of its answer, however both come in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.domain.thoughts import Thoughts, strip_thoughts

ANSWER = "Odo Finch mends the weir [1]. He was asked to do so by the town, which pays him well."


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (f"<think>passage [2]?</think>{ANSWER}", ANSWER),
        (f"<think>\n\n</think>\n\n{ANSWER}", ANSWER),
        (f"passage [2]?</think>\n{ANSWER}", ANSWER),
        (f"Okay, so the user asks who mends it. {ANSWER * 3} </think>{ANSWER}", ANSWER),
        (f"<Thinking>a <think>b</think> c</Thinking>{ANSWER}", ANSWER),
        (f"[THINK]a[/THINK]{ANSWER}", ANSWER),
        (f"◁think▷a◁/think▷{ANSWER}", ANSWER),
        (f"<seed:think>a</seed:think>{ANSWER}", ANSWER),
        ("Odo <think>or Mara?</think>mends it.", "Odo mends it."),
        ("<think>and so it went on until", ""),
        ("Write `<think>` first, then `</think>`.", None),
        ("The <think> tag opens a thought, and a < b or [TH holds.", None),
        ("Okay, that is all.", None),
        ("", None),
    ],
)
def test_what_stands_between_tags_is_left_out(reply, answer):
    answer = reply if answer is None else answer
    assert strip_thoughts(reply) == answer
    for size in (1, 2, 7):
        read = Thoughts()
        pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
        assert "".join([*map(read.feed, pieces), read.feed("", ends=True)]) == answer
        assert not read.came_late


PARTS = st.sampled_from(["<think>", "</think>", "</", "think>", "[", "`", "Okay, ", "a b ", "\n"])


@given(st.lists(PARTS, max_size=12), st.integers(1, 9))
def test_pieces_make_no_difference_unless_a_tag_comes_late(parts, size):
    text, read = "".join(parts), Thoughts()
    given = [read.feed(text[at : at + size]) for at in range(0, len(text), size)]
    whole = Thoughts().feed(text, ends=True)
    assert read.came_late or "".join(given) + read.feed("", ends=True) == whole


def test_a_tag_that_comes_late_is_told_and_known_from_then_on():
    thought = "Passage two tells who mends the weir, and passage one tells who pays for it. "
    late = Thoughts()
    assert late.feed(thought) == thought
    assert (late.feed("</think>Odo."), late.came_late) == ("Odo.", True)
    known = Thoughts(late.are_untagged)
    assert known.feed(thought) == ""
    assert known.feed("</think>" + ANSWER) == ANSWER


def test_json_may_speak_of_tags():
    reply = '{"name": "the </think> tag"}'
    assert strip_thoughts(reply) == reply
