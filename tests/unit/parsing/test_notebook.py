import json

import pytest

from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse


def read(notebook: object):
    return parse(json.dumps(notebook).encode(), "a.ipynb", None, Limits())


def code(source: str, *outputs: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def test_prose_code_and_what_it_wrote_are_markdown():
    figure = {"data": {"image/png": "iVBOR" * 99, "text/plain": ["<Figure size 9x9 with 1 Axes>"]}}
    table = {"data": {"text/html": "<table>…</table>", "text/plain": "   x\n0  1"}}
    cells = [
        {"cell_type": "markdown", "source": ["# Lamp study\n", "It is *bright*."]},
        code(
            "show()", figure, table, {"name": "stdout", "text": ["\x1b[31mred\x1b[0m\n"]},
            {"data": {"text/html": "<p>Only a page</p>"}}, {"ename": "ValueError", "evalue": "bad"},
        ),
    ]  # fmt: skip
    parsed = read({"cells": cells, "metadata": {"kernelspec": {"language": "R"}}})
    assert parsed.text == (
        "# Lamp study\nIt is *bright*.\n\n```R\nshow()\n```\n\n```\n   x\n0  1\n```\n\n```\nred\n"
        "```\n\nOnly a page\n\n```\nValueError: bad\n```"
    )
    assert [heading.title for heading in parsed.headings] == ["Lamp study"]
    assert parsed.title == "Lamp study"


def test_a_page_that_is_only_a_picture_says_nothing():
    cells = [code("show()", {"data": {"text/html": "<img src='x.png'>"}})]
    assert read({"cells": cells, "metadata": {}}).text == "```python\nshow()\n```"


def test_fences_in_code_do_not_end_it():
    parsed = read({"cells": [code("a = '''\n```\n# no heading\n'''")], "metadata": {}})
    assert parsed.text.startswith("````python\n")
    assert parsed.headings == ()


def test_notebooks_of_version_3_are_read():
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Data"]},
        {"cell_type": "code", "input": ["x = 1"], "outputs": [{"text": ["1"]}]},
    ]
    assert read({"worksheets": [{"cells": cells}]}).text == (
        "## Data\n\n```python\nx = 1\n```\n\n```\n1\n```"
    )


@pytest.mark.parametrize("broken", [{"a": 1}, [], {"cells": [1]}, {"cells": [{"source": "x"}]}])
def test_what_is_no_notebook_is_refused(broken):
    with pytest.raises(UnreadableDocument, match="it is no notebook of Jupyter, or a broken one"):
        read(broken)
