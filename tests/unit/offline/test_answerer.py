"""The extractive answerer quotes word for word what answers, and admits when nothing does."""

import pytest

from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.offline.answerer import ExtractiveAnswerer, choose_quotes
from sqlrag.rag.citations import find_references
from tests.support.contexts import make_chunk, make_context

ENGLISH = make_context(
    "Vacation requests go to your manager. Full-time employees get 25 days of paid vacation a"
    " year. Unused days expire in March.",
    "The U.S. office of Acme Inc. opened in 2011. It was founded by Dr. Jane Miller. Revenue"
    " grew by 3.5 percent.",
    "Parking is free for visitors.\n\n| Item | Price |\n|---|---|\n| Badge | 12 EUR |",
)
RUSSIAN = make_context(
    "Заявление подаётся руководителю. Срок действия договора составляет два года с даты подписания."
    " Оплата производится в течение 30 дней.",
    "Компания основана в 2011 г. в Москве. Её возглавляет Анна Петрова.",
)
CHINESE = make_context(
    "公司成立于2011年。总部位于上海。",
    "员工每年享有十五天年假。年假须提前两周申请。病假需要医生证明。",
)


async def answer(question: str, context: Context, param: QueryParam | None = None) -> str:
    stream = ExtractiveAnswerer().stream(question, context, (), param or QueryParam())
    return "".join([piece async for piece in stream])


@pytest.mark.parametrize(
    ("question", "context", "quote"),
    [
        (
            "How many days of vacation do employees get?",
            ENGLISH,
            "“Full-time employees get 25 days of paid vacation a year.” [1]",
        ),
        ("Who founded Acme?", ENGLISH, "“It was founded by Dr. Jane Miller.” [2]"),
        ("What is the price of a badge?", ENGLISH, "“| Badge | 12 EUR |” [3]"),
        (
            "Какой срок действия у договора?",
            RUSSIAN,
            "“Срок действия договора составляет два года с даты подписания.” [1]",
        ),
        ("Кто возглавляет компанию?", RUSSIAN, "“Её возглавляет Анна Петрова.” [2]"),
        ("年假有多少天？", CHINESE, "“员工每年享有十五天年假。” [2]"),
        ("公司总部在哪里？", CHINESE, "“总部位于上海。” [1]"),
    ],
)
async def test_the_answering_sentence_is_quoted_and_cited(question, context, quote):
    text = await answer(question, context)
    assert quote in text
    assert "OPENAI_API_KEY" in text.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "context", "sentence"),
    [
        ("What is the capital of Mars?", ENGLISH, "I cannot find an answer to this"),
        ("Who is it?", ENGLISH, "I cannot find an answer to this"),
        ("Who founded Globex Corporation?", ENGLISH, "I cannot find an answer to this"),
        ("Anything?", Context("", "naive"), "I cannot find an answer to this"),
        ("Какая погода на Марсе?", RUSSIAN, "я не нахожу ответа"),
        ("火星的首都叫什么名字？", CHINESE, "找不到"),
    ],
)
async def test_what_the_documents_do_not_say_is_admitted_without_citation(
    question, context, sentence
):
    text = await answer(question, context)
    assert sentence in text
    assert "[" not in text


async def test_the_answer_comes_in_pieces_and_is_the_same_each_time():
    question = "How many days of vacation do employees get, and when do days expire?"
    stream = ExtractiveAnswerer().stream(question, ENGLISH, (), QueryParam())
    pieces = [piece async for piece in stream]
    assert 2 <= len(pieces) <= 4
    assert "".join(pieces) == await answer(question, ENGLISH)


async def test_bypass_says_that_there_is_nothing_to_chat_with():
    text = await answer("Hello?", Context("", "bypass"), QueryParam(mode="bypass"))
    assert "set OPENAI_API_KEY" in text


async def test_every_quote_becomes_an_exact_reference():
    text = await answer("How many days of vacation do employees get?", ENGLISH)
    (reference,) = find_references(text, ENGLISH)
    assert reference.quote == "Full-time employees get 25 days of paid vacation a year."


def test_the_same_sentence_is_not_quoted_twice():
    sentence = "Full-time employees get 25 days of paid vacation a year."
    quotes = choose_quotes("How many vacation days?", make_context(sentence, sentence, sentence))
    assert [quote.number for quote in quotes] == [1]


def test_words_of_the_title_count_too():
    chunk = make_chunk("The term is 90 days.", title="Warranty of the X200")
    other = make_chunk("The term is 12 months.", 2, title="Lease of the office")
    (quote, *_) = choose_quotes(
        "What is the term of the office lease?", Context("", "naive", (chunk, other))
    )
    assert quote.number == 2
