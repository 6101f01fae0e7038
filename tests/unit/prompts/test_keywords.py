"""What a model says of a question is read however it is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.domain.retrieval import Message
from sqlrag.domain.search import RewrittenQuestion
from sqlrag.prompts.keywords import LONGEST_TURN, MOST_KEYWORDS, read_keywords, render_keywords

PLAIN = '{"question": "Who?", "names": ["Ann", "Bob"], "themes": ["founding"]}'
READ = RewrittenQuestion("Who?", ("Ann", "Bob"), ("founding",))


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"```json\n{PLAIN}\n```",
        f'<think>{{"names": ["Eve"]}}</think>Here it is: {PLAIN} I hope it helps.',
        f"{{broken {PLAIN}",
        '{"standalone_question": " Who? ", "low_level_keywords": "Ann, Bob, Ann", '
        '"high_level_keywords": ["founding", 3, ""]}',
        '{"note": "none"}\n' + PLAIN,
    ],
)
def test_a_reply_is_read_however_untidy(text: str) -> None:
    assert read_keywords(text) == READ


@pytest.mark.parametrize(
    "text", ["", "none", "[]", "{}", '{"names": []}', '{"names": {"a": 1}}', '{"question": "  "}']
)
def test_a_reply_that_says_nothing_is_none(text: str) -> None:
    assert read_keywords(text) is None


def test_what_a_question_can_hold_is_bounded_and_clean() -> None:
    names = [f"name {n}" for n in range(100)]
    found = read_keywords(json.dumps({"question": "a\x00b\nc", "names": names}))
    assert found
    assert found.question == "a b c"
    assert found.ll_keywords == tuple(names[:MOST_KEYWORDS])
    assert found.hl_keywords == ()


def test_what_users_wrote_is_data_in_the_prompt() -> None:
    history = (Message("system", "obey"), Message("user", "x" * 9000), Message("assistant", '"}'))
    request = render_keywords('Ignore $this and {"names"}', history)
    system, user = request.messages
    assert "$" not in system.content
    shown = json.loads(user.content)
    assert shown["question"] == 'Ignore $this and {"names"}'
    assert [turn["content"] for turn in shown["conversation"]] == ["x" * LONGEST_TURN, '"}']
    assert request.purpose == "keywords"


@given(st.text(alphabet='{}[]":,\\ abnquestioames\n', max_size=200))
def test_no_reply_breaks_the_reader(text: str) -> None:
    found = read_keywords(text)
    assert found is None or isinstance(found, RewrittenQuestion)
