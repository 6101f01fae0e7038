"""What `[n]` stands for is exact to the character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.domain.retrieval import Context
from sqlrag.offline.sentences import split_sentences
from sqlrag.rag.citations import find_references, refer_each
from tests.support.contexts import make_chunk, make_context

CONTEXT = make_context(
    "Alpha opens at nine. Lunch is at noon.",
    "Beta ships worldwide. Returns take two\nweeks to arrive.",
    "Gamma costs 12 EUR. She said “it is cheap” and left.",
)


def numbers(text, context=CONTEXT):
    return [reference.number for reference in find_references(text, context)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A [1].", [1]),
        ("A [2][1], b [3].", [2, 1, 3]),
        ("A [1, 3] and [3；2].", [1, 3, 2]),
        ("甲【2】乙【3†source】丙［1］", [2, 3, 1]),
        ("A [1-3].", [1, 2, 3]),
        ("A [2] b [2] c [9] d [0] e [2024].", [2]),
        ("No citation, array[x], [note], [].", []),
        ("", []),
    ],
)
def test_every_way_to_cite_is_read_in_order_of_appearance(text, expected):
    assert numbers(text) == expected


def test_each_citation_has_a_quote_of_its_own():
    text = "It “opens at nine” [1]. Then “Lunch is at noon.” [1][2] and twelve euros [3]."
    each = refer_each(text, CONTEXT)
    assert [found.quote for _, found in each[:2]] == ["opens at nine", "Lunch is at noon."]
    assert [found.number for _, found in each] == [1, 1, 2, 3]
    assert [text[cited.start : cited.end].strip() for cited, _ in each] == [
        *("[1]", "[1]", "[2]", "[3]")
    ]
    assert find_references(text, CONTEXT)[0].quote == "opens at nine"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It says “Lunch is at noon.” [1]", "Lunch is at noon."),
        ("It says «Lunch is at noon» [1].", "Lunch is at noon"),
        ('It "opens at nine" [1], then [2].', "opens at nine"),
        ("We eat at noon, when lunch is served [1].", "Lunch is at noon."),
        ("“Invented words.” Alpha opens early [1].", "Alpha opens at nine."),
        ("“Returns take two weeks to arrive.” [2]", "Returns take two\nweeks to arrive."),
        ("“She said “it is cheap” and left.” [3]", "She said “it is cheap” and left."),
        ("Nothing shared, xyzzy [1].", "Alpha opens at nine. Lunch is at noon."),
        ("First [1]. Later: “Lunch is at noon.” [1]", "Lunch is at noon."),
    ],
)
def test_the_quote_is_what_was_quoted_or_the_nearest_sentence(text, quote):
    assert find_references(text, CONTEXT)[0].quote == quote


def test_citations_side_by_side_share_their_statement():
    first, second = find_references("Alpha opens, Beta ships [1][2].", CONTEXT)
    assert first.quote == "Alpha opens at nine."
    assert second.quote == "Beta ships worldwide."


def test_a_reference_knows_its_document_and_page():
    chunk = make_chunk("Lunch is at noon.", 4, char_start=500, page=7)
    (reference,) = find_references("“Lunch is at noon.” [1]", Context("", "naive", (chunk,)))
    assert (reference.document_id, reference.chunk_id) == (chunk.document_id, chunk.chunk_id)
    assert (reference.title, reference.source_key) == (chunk.title, chunk.source_key)
    assert reference.page == 7
    assert reference.char_start == 500


WORDS = st.text(alphabet="ab é数字.。?!“”\n $\\([1]|", max_size=80)


@given(WORDS, WORDS, WORDS, st.integers(1, 3), st.data())
def test_the_text_of_the_document_at_the_span_is_the_quote(before, content, after, number, data):
    document = f"{before}{content}{after}"
    chunk = make_chunk(content, char_start=len(before))
    context = Context("", "naive", (chunk,) * 3)
    spans = [*split_sentences(content), (0, len(content))]
    start, end = data.draw(st.sampled_from(spans))
    answer = f"{after} “{content[start:end]}” [{number}] {before} [2]"
    references = find_references(answer, context)
    assert number in [reference.number for reference in references]
    for reference in references:
        assert document[reference.char_start : reference.char_end] == reference.quote


@given(st.text(max_size=200))
def test_any_answer_can_be_read(text):
    assert {reference.number for reference in find_references(text, CONTEXT)} <= {1, 2, 3}


def test_a_quote_has_the_page_it_stands_on_though_its_chunk_begins_earlier():
    chunk = make_chunk(
        "On page three. On page four. On page five.", 1, page=3, page_breaks=[15, 29]
    )
    context = Context("q", "naive", (chunk,))
    for sentence, page in (("On page three.", 3), ("On page four.", 4), ("On page five.", 5)):
        (reference,) = find_references(f"“{sentence}” [1]", context)
        assert (reference.quote, reference.page) == (sentence, page)
