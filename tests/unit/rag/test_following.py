"""Without a model, a question that follows up is asked with what earlier ones were about."""

import pytest

from sqlrag.domain.retrieval import Message
from sqlrag.rag.following import find_subject

ENGLISH = ("Where is the lighthouse of Hamar?", "“It stands by the lake Mjøsa.” [1]")


def talk(*turns):
    return [Message(("user", "assistant")[at % 2], turn) for at, turn in enumerate(turns)]


@pytest.mark.parametrize(
    ("turns", "question", "added"),
    [
        (ENGLISH, "And who built it?", {"lighthouse", "hamar"}),
        (ENGLISH, "When was it painted?", {"lighthouse", "hamar"}),
        (ENGLISH, "How high?", {"lighthouse", "hamar"}),
        (ENGLISH, "And the one of Vardø?", {"lighthouse"}),
        ((*ENGLISH, "And who built it?", "Ida."), "When?", {"built", "lighthouse", "hamar"}),
        (("Which tower is oldest?", "That of Røros is."), "Who built it?", {"røros"}),
        (("Где стоит маяк Хамар?", "Тут."), "А кто его построил?", {"маяк", "хамар"}),
        (("Wo steht die Kirche?", "Hier."), "Und wer hat sie gebaut?", {"kirche"}),
        (("灯塔在哪里？", "在湖边。"), "它多高？", {"灯塔"}),
    ],
)
def test_what_follows_up_gets_the_words_of_earlier_questions(turns, question, added):
    assert added <= set(find_subject(question, talk(*turns)).split())


@pytest.mark.parametrize(
    "question",
    [
        "What is a gasket?",
        "What does the city of Oslo say about its harbour?",
        "Is it allowed to moor boats overnight beside other boats?",
        "灯塔看守人叫什么名字？",
    ],
)
def test_what_stands_alone_gets_none(question):
    assert find_subject(question, talk(*ENGLISH)) == ""


def test_without_a_conversation_there_is_nothing_to_follow():
    assert find_subject("And who built it?", []) == ""
