"""Part numbers and the like are found as they stand, and nothing else is an answer for them."""

import pytest

from sqlrag.domain.retrieval import Context
from sqlrag.offline.quotes import choose_quotes
from sqlrag.offline.words import find_codes, find_glued
from tests.support.contexts import make_chunk, make_context

PARTS = """part: P-1; description: Brass hinge; price: 4.20; stock: 17
part: P-11; description: Copper rivet; price: 0.12; stock: 900
part: XK-204/B; description: Gas valve; price: 31.50; stock: 3"""
MANUAL = "A new filter costs 18 euros. It is to be changed by ISO 9001 every six months."


def quoted(question: str) -> list[str]:
    return [one.text for one in choose_quotes(question, make_context(PARTS, MANUAL))]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What does P-1 cost?", "part: P-1;"),
        ("what does p-1 cost", "part: P-1;"),
        ("What is the price of P-11?", "part: P-11;"),
        ("How much is XK-204/B?", "part: XK-204/B;"),
        (
            "What does ISO-9001 say of the filter?",
            "A new filter costs 18 euros. It is to be changed by ISO 9001",
        ),
    ],
)
def test_a_code_is_found_as_it_stands(question: str, first: str) -> None:
    assert quoted(question)[0].startswith(first)


@pytest.mark.parametrize("question", ["What does P-3 cost?", "What does XK-204/C cost?"])
def test_what_has_another_code_is_no_answer(question: str) -> None:
    assert quoted(question) == []


def test_what_is_joined_by_signs_is_a_code_where_letters_and_figures_meet() -> None:
    text = "P-1, XK-204/B, v2.1.3, 10-K, COVID-19, 24-hour, 18-year-old, 2020-07-01, 1.5, U.S."
    assert find_codes(text) == ["P-1", "XK-204/B", "v2.1.3", "10-K", "COVID-19"]
    assert find_glued("P-1 by ISO 9001") == ["p1", "iso9001"]


def test_a_field_that_repeats_the_title_says_nothing() -> None:
    text = "titre: Le moulin de Vaux\nauteur: Claire Dumont\n\nIl est vieux."
    chunk = make_chunk(text, title="Le moulin de Vaux")
    found = choose_quotes("Qui a écrit Le moulin de Vaux ?", Context("", "naive", (chunk,)))
    assert found[0].text == "auteur: Claire Dumont"


def test_who_answered_stands_with_the_answer() -> None:
    chat = (
        "- from: Ann; at: 10:02; text: Who pays for the solar panel?\n"
        "- from: Lea; at: 10:05; text: The council does, it has been voted."
    )
    found = choose_quotes("Who pays for the solar panel?", make_context(chat))
    assert "from: Lea" in found[0].text
    assert "The council does" in found[0].text


def test_the_price_of_a_field_is_a_cost_and_that_of_a_sentence_is_not() -> None:
    context = make_context(
        "Dunstan Ferris will ask three yards for the price of an electric boat.",
        "Electricity and heating 41,700 crowns",
        "| Item | Price |\n|---|---|\n| Badge | 12 |",
    )
    first = choose_quotes("How much did electricity and heating cost?", context)[0]
    assert first.text == "Electricity and heating 41,700 crowns"
    assert "Badge" in choose_quotes("What does a badge cost?", context)[0].text


def test_a_price_is_a_cost_in_other_languages() -> None:
    czech = make_context("díl: B-12; popis: Mosazný pant; cena: 85 Kč\ndíl: B-120; cena: 9 Kč")
    assert choose_quotes("Kolik stojí B-12?", czech)[0].text.startswith("díl: B-12;")
    assert choose_quotes("Kolik stojí B-13?", czech) == []
