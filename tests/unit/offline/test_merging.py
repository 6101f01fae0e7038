"""What a reader takes for one thing has one name, and code names nothing."""

import pytest

from sqlrag.offline.extractor.names import blank_code
from tests.support.extraction import names


@pytest.mark.parametrize(
    ("text", "kept", "merged"),
    [
        (
            "We filed it with the Securities and Exchange Commission. The SEC answered Ann Lee.",
            "Securities and Exchange Commission",
            "SEC",
        ),
        ("Ann Lee founded Y Combinator. Later she left YC to Bo Ray.", "Y Combinator", "YC"),
        ("One GPU is enough for Ann Lee. Ann Lee bought two GPUs, then a GPU.", "GPU", "GPUs"),
    ],
)
def test_an_abbreviation_and_a_plural_are_the_thing_itself(text, kept, merged):
    found = names(text)
    assert kept in found
    assert merged not in found


def test_initials_that_fit_two_names_stay_as_they_are():
    found = names(
        "The Ulm Art Council met the Upper Alp Club. Ann Lee wrote to the UAC and the UAC replied."
    )
    assert {"Ulm Art Council", "Upper Alp Club", "UAC"} <= found


def test_names_of_code_are_no_names():
    text = (
        "Ann Lee wrote this.\n\n```python\nclass NodeStore(Base):\n    DEBUG = True\n```\n\n"
        "Bo Ray read it."
    )
    assert names(text) == {"Ann Lee", "Bo Ray"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n```\ncode\n```\nb", "ab"),
        ("a\n```py\ncode", "a"),
        ("code\n```\nb", "b"),
        ("code\n```\nb\n```py\ncode\n```\nc", "bc"),
        ("a\n~~~\ncode\n~~~\n", "a"),
        ("a ``` b", "a```b"),
    ],
)
def test_code_is_blank_and_everything_else_stays_at_its_place(text, left):
    blank = blank_code(text)
    assert len(blank) == len(text)
    assert "".join(blank.split()) == left
    assert all(new in (old, " ") for old, new in zip(text, blank, strict=True))


def test_a_russian_instruction_is_no_name():
    text = "Инициализируйте LLM.\n\nОпределите LLM для Анны. Мы используем LLM и Milvus."
    found = names(text, language="russian")
    assert not {name for name in found if "Инициализируйте" in name or "Определите" in name}
    assert "LLM" in found
