import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlrag.domain.documents import Heading, ParsedDocument
from sqlrag.domain.errors import BadInput
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing.parse import parse
from sqlrag.parsing.splitting import split
from sqlrag.parsing.tokens import count_tokens

SMALL = Splitting(min_tokens=8, max_tokens=16, overlap_tokens=3)
PIECES = st.sampled_from(
    [
        "word ",
        "Sentence. ",
        "漢字",
        "。",
        "👩‍👩‍👧‍👦",
        "é",
        "\n",
        "\n\n",
        "# Head\n",
        "```\n",
        "- x\n",
        "| a |",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=120).map("".join))


def characters(texts):
    return [len(text) for text in texts]


@given(TEXTS.map(lambda text: text.replace("\r", "\n")), st.sampled_from(["plain", "markdown"]))
@settings(deadline=None)
def test_the_span_of_a_chunk_holds_exactly_its_content(text, kind):
    chunks = split(ParsedDocument(text, f"text/{kind}"), SMALL, characters)
    for chunk in chunks:
        assert text[chunk.char_start : chunk.char_end] == chunk.content
        assert chunk.content.strip()
        assert chunk.token_count == len(chunk.content)
    assert [c.char_start for c in chunks] == sorted(c.char_start for c in chunks)


@given(TEXTS.map(lambda text: text.replace("\r", "\n")))
@settings(deadline=None)
def test_no_word_is_lost(text):
    covered: set[int] = set()
    for chunk in split(ParsedDocument(text, "text/plain"), SMALL, characters):
        covered.update(range(chunk.char_start, chunk.char_end))
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)


def test_chunks_carry_the_path_of_headings_outermost_first():
    body = "Some words that fill the section with text. " * 3
    source = f"# A\n\n{body}\n\n## B\n\n{body}\n\n### C\n\n{body}\n\n## D\n\n{body}\n"
    parsed = parse(source.encode(), "a.md", None, Limits())
    chunks = split(parsed, Splitting(20, 40, 0), count_tokens)
    assert list(dict.fromkeys(chunk.headings for chunk in chunks)) == [
        ("A",), ("A", "B"), ("A", "B", "C"), ("A", "D"),
    ]  # fmt: skip


def test_chunks_carry_the_pages_on_which_they_begin_and_end():
    pages = ["One. " * 30, "Two. " * 2, "Three. " * 30]
    starts = (0, len(pages[0]), len(pages[0]) + len(pages[1]))
    parsed = ParsedDocument("".join(pages), "application/pdf", page_starts=starts)
    chunks = split(parsed, Splitting(40, 50, 0), characters)
    names = ["One.", "Two.", "Three."]
    for chunk in chunks:
        first, last = chunk.content.split()[0], chunk.content.split()[-1]
        assert chunk.page == names.index(first) + 1
        assert chunk.page + len(chunk.page_breaks) == names.index(last) + 1
        for page, start in enumerate(chunk.page_breaks, chunk.page + 1):
            assert chunk.char_start < start < chunk.char_end
            assert parsed.text[start:].startswith(names[page - 1])
    assert {start for chunk in chunks for start in chunk.page_breaks} == set(starts[1:])


def test_text_without_pages_has_none():
    (chunk,) = split(ParsedDocument("x", "text/plain"), SMALL, characters)
    assert (chunk.page, chunk.page_breaks, chunk.headings) == (None, (), ())


def test_an_overlap_does_not_lend_the_headings_before_it():
    text = "Alpha beta gamma delta. " * 10 + "\n" + "Next section here. " * 10
    start = text.index("\n") + 1
    parsed = ParsedDocument(text, "text/plain", headings=(Heading(1, "Next", start),))
    chunks = split(parsed, Splitting(20, 30, 8), count_tokens)
    own = 0
    for chunk in chunks:
        assert (chunk.headings == ("Next",)) == (max(own, chunk.char_start) >= start - 1)
        own = chunk.char_end


@pytest.mark.parametrize(
    "text",
    ["x" * 300_000, "漢" * 300_000, "x" + " " * 300_000 + "x", "-" * 300_000, "漢字文，" * 75_000],
    ids=["letters", "characters", "spaces", "dashes", "commas"],
)
def test_a_stretch_without_boundaries_is_split_all_the_same(text):
    begun = time.monotonic()
    chunks = split(ParsedDocument(text, "text/plain"), Splitting(), characters)
    assert all(text[c.char_start : c.char_end] == c.content for c in chunks)
    # Left to itself, the splitter takes minutes or overflows the stack.
    assert time.monotonic() - begun < 60


SENTENCE = "The pump of the harbour runs all night and stops at dawn. "
LONG = {
    "paragraph": SENTENCE * 30,
    "list": f"- {SENTENCE}\n" * 30,
    "table": "| a | b |\n|---|---|\n" + f"| {SENTENCE} | 7 |\n" * 30,
    "code": "```py\n" + "run(pump, night=True)\n\n" * 60 + "```",
    "quote": "> " + SENTENCE * 30,
    "numbers": f"1. {SENTENCE * 30}\n2) {SENTENCE * 30}",
    "tasks": f"- [ ] {SENTENCE * 30}\n- [x] {SENTENCE * 30}",
    "note": f"[^1]: {SENTENCE * 30}",
}


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("heading", ["## Care", "Care\n----", "# Boats\n\n## Care"])
def test_a_heading_stands_with_the_block_below_it_however_long(kind, heading):
    source = f"{heading}\n\n{LONG[kind]}\n\n## Nothing below"
    parsed = parse(source.encode(), "a.md", None, Limits())
    chunks = split(parsed, Splitting(40, 60, 10), count_tokens)
    words = "run(pump" if kind == "code" else "of the harbour"
    assert chunks[0].content.startswith(heading)
    assert all(words in chunk.content for chunk in chunks)
    assert all(parsed.text[c.char_start : c.char_end] == c.content for c in chunks)
    assert max(chunk.token_count for chunk in chunks) < 60 + 15


@pytest.mark.parametrize(
    ("name", "lead"),
    [
        ("a.txt", "Care\n====\n"),
        ("a.rst", "====\nCare\n====\n\n"),
        ("a.md", "**Care**\n\n"),
        ("a.rst", "**Care**\n\n"),
        ("a.md", "__Care__:\n\n- "),
        ("a.md", "Care\n: "),
        ("a.txt", "Care\nTending\n\n: "),
        ("a.md", "# Boats\n\n**Care**\n\nTending\n: "),
    ],
)
def test_a_title_of_any_writing_and_a_term_stand_with_what_they_are_of(name, lead):
    parsed = parse(f"{lead}{SENTENCE * 30}\n\n{lead}{SENTENCE * 30}".encode(), name, None, Limits())
    chunks = split(parsed, Splitting(40, 60, 10), count_tokens)
    assert sum(f"{lead}The pump of the harbour" in chunk.content for chunk in chunks) == 2
    assert all("of the harbour" in chunk.content for chunk in chunks)
    assert all(parsed.text[c.char_start : c.char_end] == c.content for c in chunks)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.html", "<p><b>{0}</b></p><p>{1}</p>"),
        ("a.html", "<dl><dt>{0}</dt><dd>{1}</dd></dl>"),
        ("a.html", "<p>{0}</p><p>Tending:</p><p>{1}</p>"),
        ("a.txt", "{0}\n\n{1}\n\n"),
        ("a.md", "{0}\n\n- {1}\n\n"),
    ],
)
def test_a_short_line_that_is_no_sentence_stands_with_what_follows(name, source):
    text = "".join(source.format(title, SENTENCE * 30) for title in ("Care", "Repair"))
    parsed = parse(text.encode(), name, None, Limits())
    chunks = split(parsed, Splitting(40, 60, 10), count_tokens)
    for title in ("Care", "Repair"):
        (chunk,) = (chunk for chunk in chunks if title in chunk.content)
        assert chunk.content.lstrip().startswith(title)
        assert "of the harbour" in chunk.content
    assert all(parsed.text[c.char_start : c.char_end] == c.content for c in chunks)


def test_headings_of_pages_and_openings_of_fences_stand_with_what_follows():
    page = f"<h1>Boats</h1><p>Short.</p><h2>Care</h2><p>{SENTENCE * 30}</p>"
    chunks = split(
        parse(page.encode(), "a.html", None, Limits()), Splitting(40, 60, 10), count_tokens
    )
    assert ["Care" in c.content for c in chunks] == [c.content.startswith("Care") for c in chunks]
    assert next(c for c in chunks if "Care" in c.content).content.startswith("Care\n\nThe pump")
    code = f"{SENTENCE * 3}\n\n{LONG['code']}"
    chunks = split(
        parse(code.encode(), "a.md", None, Limits()), Splitting(40, 60, 10), count_tokens
    )
    assert [c.content.count("run(") > 1 for c in chunks if "```py" in c.content] == [True]


def test_a_list_of_headings_alone_is_text_of_its_own():
    source = "\n\n".join(f"## Chapter {number} of the manual" for number in range(300))
    parsed = parse(source.encode(), "a.md", None, Limits())
    chunks = split(parsed, Splitting(40, 60, 10), count_tokens)
    assert max(len(chunk.content) for chunk in chunks) < 1_000


@pytest.mark.parametrize("cluster", ["👩‍👩‍👧‍👦", "e\u0301", "ก็", "👩‍👩‍👧‍👦,"])
def test_a_hard_cut_never_divides_what_people_see_as_one_character(cluster):
    text = "x" + cluster * 9_000
    ends = {0, 1, len(text), *range(1, len(text), len(cluster))}
    ends |= {end - 1 for end in ends if "," in cluster}
    chunks = split(ParsedDocument(text, "text/plain"), Splitting(), characters)
    assert {c.char_start for c in chunks} | {c.char_end for c in chunks} <= ends


@pytest.mark.parametrize(("low", "high", "overlap"), [(10, 5, 0), (10, 20, 10), (0, 5, 0)])
def test_senseless_lengths_are_refused(low, high, overlap):
    with pytest.raises(BadInput, match="the overlap must be smaller than the minimum"):
        Splitting(low, high, overlap)


def rows(count):
    return [f"row {n}: boat: Gull {n}; crew: {n % 7}; harbour: Skagen" for n in range(1, count)]


@given(TEXTS.map(lambda text: text.replace("\r", "\n")))
@settings(deadline=None)
def test_rows_keep_their_characters_and_lose_none(text):
    covered: set[int] = set()
    for chunk in split(ParsedDocument(text, "text/csv"), SMALL, characters):
        assert text[chunk.char_start : chunk.char_end] == chunk.content
        assert chunk.content.strip()
        covered.update(range(chunk.char_start, chunk.char_end))
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)


def test_rows_stay_whole_and_are_split_in_half_of_the_time_of_the_splitter():
    lines = rows(1500)
    lines[700] = "row 701: log: " + "the gull came in and was tarred; " * 400
    text, splitting = "\n".join(lines), Splitting()
    count_tokens(["The vocabulary is loaded."])
    seconds, contents = [], []
    for media_type in ("text/csv", "text/plain"):
        took = []
        for _ in range(3):
            start = time.process_time()
            chunks = split(ParsedDocument(text, media_type), splitting, count_tokens)
            took.append(time.process_time() - start)
        seconds.append(min(took))
        contents.append([chunk.content for chunk in chunks])
        assert max(chunk.token_count for chunk in chunks) <= splitting.max_tokens
    by_row, by_splitter = contents
    assert seconds[0] < seconds[1] / 2  # about a quarter, on a quiet machine
    assert abs(len(by_row) - len(by_splitter)) < len(by_splitter) / 5
    assert all(
        chunk.split("\n")[0] in lines and chunk.split("\n")[-1] in lines for chunk in by_row[:30]
    )
