import pytest
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


@pytest.mark.parametrize(
    ("front", "paragraph"),
    [
        ("---\nid: 7\ntitle: %s\nlayout: post\n---", ""),
        (
            "---\ntitle: %s\nauthor: Ada Park\ntags: [oil, 'salt']\ndate: 2024-05-01 # new\n---",
            "author: Ada Park\ntags: oil, salt\ndate: 2024-05-01",
        ),
        (
            "---\nauthors:\n  - name: Ada Park\n  - Bo\nsummary: >\n  Two\n  lines\ntitle: %s\n...",
            "authors: name: Ada Park, Bo\nsummary: Two lines",
        ),
        (
            "+++\ntitle = %s\nauthor = 'Ada Park'\ndate = 2024-05-01\ntags = ['a', 'b']\n"
            "[params]\nreviewer = 'Bo'\n+++",
            "author: Ada Park\ndate: 2024-05-01\ntags: a, b\nparams: Bo",
        ),
        ("---\ntitle: %s\nОтдел: насосы\n---", "Отдел: насосы"),
    ],
)
def test_front_matter_is_a_title_and_a_first_paragraph_of_what_a_reader_may_ask(front, paragraph):
    parsed = read(front % '"On: Postgres"' + "\n\n# Heading\n\nBody")
    assert parsed.title == "On: Postgres"
    assert parsed.text == (paragraph + "\n\n" if paragraph else "") + "# Heading\n\nBody"
    assert [parsed.text[h.char_start :] for h in parsed.headings] == ["# Heading\n\nBody"]


@pytest.mark.parametrize("text", ["+++\nno toml\n+++\nBody", "---\nNo.\nNote: x\n---\n"])
def test_what_is_no_front_matter_stays(text):
    assert read(text).text == text


@pytest.mark.parametrize(
    "picture",
    [
        "![the *map*](%s)",
        "![the *map*](<%s> 'a title')",
        "![the *map*][1]\n\n[1]: <%s>",
        "![the *map*]\n\n[The *map*]: %s\n",
        '<img src="%s" alt="the *map*">',
    ],
)
@pytest.mark.parametrize(
    "kind", ["image/png;base64,", "image/svg+xml,", "image/jpeg;name=x;base64,"]
)
def test_of_a_picture_in_the_file_its_alternative_text_stays(picture, kind):
    assert read("See " + picture % f"data:{kind}{'iVBORw0KG%2F+/' * 1_000}=").text.strip() == (
        "See the *map*"
    )


def test_a_picture_elsewhere_and_a_short_example_stay():
    source = "![a](b.png) ![c][d] `data:text/plain,hello`\n\n[d]: e.png"
    assert read(source).text == source


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.csv", "a.html"])
def test_no_file_is_read_with_the_data_of_its_pictures(name):
    uri = f"data:image/gif;base64,{'R0lGODlhAQABA' * 50}"
    source = f'{{"a": "see {uri} there"}}' if name == "a.json" else f"b\nsee {uri} there"
    text = parse(source.encode(), name, None, Limits()).text
    assert "R0lG" not in text
    assert text.endswith("there")


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


def test_a_cell_of_a_row_stays_in_its_line_whatever_breaks_it():
    rows = "| A | B |\n|---|---|\n| a<br>b | 2 |\n| x<br />y <b>z</b> | 3 |"
    assert read(rows).text == "| A | B |\n|---|---|\n| a b | 2 |\n| x y z | 3 |"
    listed = "| A | B |\n|---|---|\n| <ul><li>boats</li><li>trains</li></ul> | 9 EUR |"
    assert read(listed).text.split("\n")[-1].split() == [
        "|",
        "boats",
        "trains",
        "|",
        "9",
        "EUR",
        "|",
    ]
    assert read("One<br>two").text == "One\ntwo"


def test_rows_of_html_are_lines_with_their_cells_under_their_columns():
    head = "<table><tr><th>City</th><th>Year</th><th>Price</th></tr>"
    rows = (
        '<tr><td rowspan="2">Oslo</td><td><h4>2023</h4><p>or later</p></td><td>10</td></tr>\n'
        "<tr>\n  <td><ul><li>May</li><li>June</li></ul></td>\n  <td>20<br>EUR</td>\n</tr>"
        '<tr><td colspan="2"><code>both</code></td><td>7</td></tr></table>'
    )
    assert read(f"Fares\n\n{head}{rows}\n\nEnd").text == (
        "Fares\n\nCity | Year | Price\nOslo | 2023 or later | 10\nOslo | May June | 20 EUR\n"
        "`both` |  | 7\n\nEnd"
    )
    cards = "<table><tr><td><h3>Oil</h3>Lamps</td><td><h3>Gas</h3>Stoves</td></tr></table>"
    assert [one.title for one in read(cards).headings] == ["Oil", "Gas"]
    row = "| A | B |\n|---|---|\n| <h4>x</h4> <table><tr><td>y</td></tr></table> | 2 |"
    assert read(row).text.split("\n")[2].split() == ["|", "x", "y", "|", "2", "|"]


@pytest.mark.parametrize(
    "title",
    [
        "## Care [¶](#care)",
        '## Care[&para;](#care "Link") ##',
        "## Care [](#care)",
        '## Care <a class="headerlink" href="#care">🔗</a>',
        '<h2 id="care">Care<a href="#care">#</a></h2>',
        "## Care {#care .wide}",
        "## Care ¶",
        "## Care\n{: #care}",
        "Care {#care}\n----",
    ],
)
def test_a_title_is_read_without_the_link_to_itself(title):
    parsed = read(
        f"{title}\n\nOil [it](#oil) {{daily}}.\n\n`[¶](#b)`\n\n```\n# a[¶](#b) {{#c}}\n```\n"
    )
    assert [one.title for one in parsed.headings] == ["Care"]
    assert not {"¶", "care", "{", "🔗"} & set(
        parsed.text.partition("Oil")[0].split("\n")[0].split()
    )
    assert "care" not in parsed.text
    assert (
        parsed.text.split("Oil ")[1]
        == "[it](#oil) {daily}.\n\n`[¶](#b)`\n\n```\n# a[¶](#b) {#c}\n```\n"
    )


def test_numbers_of_lines_are_no_code():
    line = '<span class="line"><span class="ln">{0}</span><span class="cl">run {0}</span></span>\n'
    code = f'<pre class="chroma"><code>{"".join(map(line.format, (1, 2)))}</code></pre>'
    assert read(code).text.strip() == "```\nrun 1\nrun 2\n```"
    assert parse(code.encode(), "a.html", None, Limits()).text == "run 1\nrun 2"
    assert "Ada" in read('<span class="ln">Ada</span>').text


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
