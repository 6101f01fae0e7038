"""Every `[n]` that is left in an answer cites a chunk, however the answer came in pieces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlrag.domain.retrieval import Context, Message, QueryParam
from sqlrag.offline import ExtractiveAnswerer
from sqlrag.prompts import render_messages
from sqlrag.rag.citations import find_references
from sqlrag.rag.cited_text import CitedText
from tests.support.contexts import make_context

CONTEXT = make_context(
    "The weir holds 3 m of water.[2] It was mended in 1904 [3, 5] by Odo Finch.",
    "堰坝高三米左右【1】，后来修过。",
    "`gate[1]` opens the gate; see table[4] too.",
    *("Nothing of use.",) * 3,
)


def read(text: str, context: Context = CONTEXT) -> tuple[str, list[int]]:
    cited = CitedText(context)
    shown = cited.feed(text, ends=True)
    return shown, [number for one in cited.citations for number in one.numbers]


@pytest.mark.parametrize(
    ("text", "shown", "numbers"),
    [
        ("“The weir holds 3 m of water.[2]” [1]", "“The weir holds 3 m of water.⟨2⟩” [1]", [1]),
        ("The weir holds 3 m of water [2]. [1]", "The weir holds 3 m of water ⟨2⟩. [1]", [1]),
        ("It was mended in 1904 [3, 5] [1].", "It was mended in 1904 ⟨3, 5⟩ [1].", [1]),
        ("堰坝高三米左右【1】。[2]", "堰坝高三米左右⟨1⟩。[2]", [2]),
        ("Mended in 1904 [2].", "Mended in 1904 [2].", [2]),
        ("So [9] it is [1, 9], [70].", "So it is [1],.", [1]),
        ("By [2024] all was well [1–3].", "By [2024] all was well [1–3].", [1, 2, 3]),
        ("Use `gate[1]`:\n```c\nx[9] = y[1];\n```\nas told [3].", None, [3]),
        ("```md\nDone [1] [9].\n```\nand [2]", "```md\nDone [1].\n```\nand [2]", [1, 2]),
        ("One ` alone [1]", None, [1]),
        ("A list [a], [1 and a rest [", None, []),
    ],
)
def test_numbers_of_the_source_and_numbers_of_nothing_are_told_from_citations(text, shown, numbers):
    assert read(text) == (shown or text, numbers)
    assert [one.number for one in find_references(text, CONTEXT)] == list(dict.fromkeys(numbers))


PARTS = st.sampled_from(
    [
        "[1]",
        "[99]",
        " [2, 8]",
        "[",
        "]",
        "`",
        "```",
        "\n",
        " ",
        "water.",
        "【1",
        "†s】",
        "~~~",
        "1904 ",
    ]
)


@given(st.lists(PARTS | st.sampled_from(CONTEXT.chunks[0].content.split()), max_size=25), st.data())
def test_pieces_make_no_difference_and_what_was_read_stays(parts, data):
    text = "".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)))
    cited = CitedText(CONTEXT)
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    shown = "".join([cited.feed(piece) for piece in pieces]) + cited.feed("", ends=True)
    assert (shown, [n for one in cited.citations for n in one.numbers]) == read(text)
    assert read(shown)[0] == shown
    for one in cited.citations:
        assert re.fullmatch(r"[\[【].*[\]】]", shown[one.start : one.end], re.DOTALL)


def test_a_piece_is_held_no_longer_than_it_may_cite():
    cited = CitedText(CONTEXT)
    given = [cited.feed(piece) for piece in ("The weir", " holds", " water", " [", "1", "] and")]
    assert given == ["The weir", " holds", " water", "", "", " [1] and"]


def test_a_prompt_shows_numbers_of_passages_alone():
    history = (Message("assistant", "It is tall [4]."),)
    param = QueryParam(conversation_history=history)
    system, turn, _ = render_messages("How high?", CONTEXT, param)
    passages = system.content.partition(" begin\n")[2]
    assert set(re.findall(r"[\[【][\d, ]+[\]】]", passages)) == {f"[{n}]" for n in range(1, 7)}
    assert "water.⟨2⟩" in passages
    assert "`gate[1]`" in passages
    assert turn.content == "It is tall ⟨4⟩."


async def test_a_quote_without_a_model_cites_nothing_but_its_chunk():
    question = "How much water does the weir hold?"
    context = Context(question, "naive", CONTEXT.chunks)
    answer = ExtractiveAnswerer().stream(question, context, (), QueryParam())
    text = "".join([piece async for piece in answer])
    assert "holds 3 m of water.⟨2⟩" in text
    (reference,) = find_references(text, context)
    assert reference.number == 1
    assert reference.quote in CONTEXT.chunks[0].content
    assert reference.quote.startswith("The weir holds 3 m of water.[2]")
