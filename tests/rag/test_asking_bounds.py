"""What cannot be meant is refused in one sentence, before anything is asked of anybody."""

from typing import Any

import pytest

from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import QueryParam
from sqlrag.rag.checking import check_question


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"top_k": 0}, "top_k is 0; use 1 to 1000."),
        ({"chunk_top_k": 1001}, "chunk_top_k is 1001; use 1 to 1000."),
        ({"hops": 5}, "hops is 5; use 1 to 4."),
        ({"max_entity_tokens": 0}, "max_entity_tokens is 0; use 1 to 2147483647."),
        ({"max_relation_tokens": -1}, "max_relation_tokens is -1; use 1 to 2147483647."),
        ({"max_total_tokens": 2**31}, "max_total_tokens is 2147483648; use 1 to 2147483647."),
        ({"ll_keywords": "Viaweb"}, 'll_keywords is one text; use a list of texts, such as ["V'),
        ({"hl_keywords": ("a",) * 101}, "hl_keywords holds 101 keywords; use at most 100."),
        ({"hl_keywords": ("a\x00",)}, "hl_keywords holds a NUL character"),
        ({"mode": "sideways"}, 'There is no mode "sideways"; use one of '),
    ],
)
def test_a_parameter_out_of_bounds_says_what_to_use(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_question("Who?", QueryParam(**given))
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (" \n", "The question is empty"),
        ("a\x00b", "The question holds a NUL character"),
        ("long " * 20_001, "The question has 100,005 characters"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_question(question, QueryParam())


def test_the_defaults_and_the_bounds_are_admitted() -> None:
    check_question("Who?", QueryParam())
    most = 2**31 - 1
    check_question("Who?", QueryParam(top_k=1000, chunk_top_k=1000, hops=4, max_total_tokens=most))
