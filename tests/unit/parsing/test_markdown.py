from hypothesis import given
from hypothesis import strategies as st

from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse


def read(source: str):
    return parse(source.encode(), "page.md", None, Limits())


def test_headings_are_found_outside_code_with_their_offsets():
    parsed = read(
        "# One\n\n```sh\n# not one\n```\n\n    # nor this\n\nTwo *words*\n=====\n\n### `Three`\n"
    )
    assert [(h.level, h.title) for h in parsed.headings] == [
        (1, "One"), (1, "Two words"), (3, "Three"),
    ]  # fmt: skip
    assert [parsed.text[h.char_start :].split("\n")[0] for h in parsed.headings] == [
        "# One", "Two *words*", "### `Three`",
    ]  # fmt: skip


def test_the_title_of_front_matter_is_the_title_and_the_rest_of_it_is_not_text():
    parsed = read('---\nid: 7\ntitle: "On Postgres"\n---\n\n# Heading\n\nBody')
    assert parsed.title == "On Postgres"
    assert parsed.text == "# Heading\n\nBody"


def test_a_thematic_break_is_no_front_matter():
    assert read("---\n\nBody text\n\n---\n").text.startswith("---\n\nBody text")


def test_the_first_heading_is_the_title_where_nothing_else_is():
    assert read("intro\n\n# The *title*\n").title == "The title"


def test_markdown_without_html_stays_as_it_is_written():
    source = "# A\n\n* x &amp; y\n\n|a|b|\n|-|-|\n|1|2|\n\n\n\nend  \nbreak"
    assert read(source).text == source


def test_html_becomes_markdown_and_decoration_vanishes():
    source = (
        '<h1 id="a">Title<button><svg\n width="3"><path d="M4"></path></svg>\n</button></h1>'
        "<p>Some <b>bold</b> &lt;text&gt;.</p>\n<script>\nalert(1)\n</script><style>p{}</style>"
        '<pre><code class="language-python">def f():\n\n    <span>return</span> 1\n</code></pre>'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
    )
    parsed = read(source)
    assert parsed.text.startswith("# Title\n\nSome bold <text>.\n")
    assert "```python\ndef f():\n\n    return 1\n```" in parsed.text
    assert "- one" in parsed.text
    assert "A | B\n1 | 2" in parsed.text
    assert not any(word in parsed.text for word in ("svg", "M4", "alert", "p{}", "</"))
    assert [h.title for h in parsed.headings] == ["Title"]


def test_what_only_looks_like_html_is_kept():
    source = "List<int> and a < b, <https://x.org>, `<b>code</b>`\n\n```html\n<h1>x</h1> &amp;\n```"
    assert read(source).text == source


def test_an_unclosed_script_swallows_nothing():
    assert "the rest" in read("before <script> the rest <!-- of it").text


@given(st.text(alphabet="<>/!-&;`\"' \n#=ahdivpre1", max_size=80))
def test_no_soup_of_tags_breaks_the_reader(soup):
    parsed = read("x\n" + soup)
    assert parsed.text
    for heading in parsed.headings:
        line_start = heading.char_start == 0 or parsed.text[heading.char_start - 1] == "\n"
        assert line_start
