import pytest

from sqlrag.domain.errors import DocumentTooLarge, UnreadableDocument
from sqlrag.domain.limits import Limits
from sqlrag.parsing.parse import parse


def read(source: str, name: str):
    return parse(source.encode(), name, None, Limits()).text


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    rows = [["name", "note"], ["Ann", '"likes ""tea"""'], ["Bob", ""]]
    table = "\r\n".join(delimiter.join(row) for row in rows)
    assert read(table, "a.csv") == 'name: Ann; note: likes "tea"\nname: Bob'


def test_a_cell_with_line_ends_stays_on_one_line():
    assert read('a,b\n"x\ny",2\n', "a.csv") == "a: x y; b: 2"


def test_a_first_row_with_numbers_is_no_header():
    assert read("Ann,12\nBob,13", "a.csv") == "Ann; 12\nBob; 13"


def test_a_lone_header_is_text():
    assert read("name,note\n", "a.csv") == "name; note"


def test_a_broken_table_names_its_line(limits):
    with pytest.raises(
        UnreadableDocument, match=r"its table is broken at line 2 .*; check the quot"
    ):
        parse(b'a,b\n"' + b"x" * 200_000, "a.csv", None, limits)


def test_repeated_headers_count_toward_the_limit():
    table = "h" * 1000 + ",b\n" + "x,1\n" * 1000
    with pytest.raises(DocumentTooLarge, match="characters of text and the limit is 10,000"):
        parse(table.encode(), "a.csv", None, Limits(max_text_chars=10_000))


def test_json_is_indented_by_depth_with_numbers_as_written():
    source = '{"name": "Ann", "price": 1.10, "tags": ["a", "b"], "at": {"city": "Köln"}, "no": []}'
    assert read(source, "a.json") == (
        "name: Ann\nprice: 1.10\ntags:\n  - a\n  - b\nat:\n  city: Köln\nno: (none)"
    )


def test_records_in_a_list_begin_with_a_dash():
    assert read('[{"a": 1, "b": true}, {"a": null}]', "a.json") == "- a: 1\n  b: true\n- a: null"


def test_each_line_of_jsonl_is_a_paragraph():
    source = '{"a": 1}\n\n{"a": 2, "b": "x"}\n'
    assert read(source, "a.jsonl") == read(source, "a.json") == "a: 1\n\na: 2\nb: x"


def test_broken_json_names_line_and_column():
    with pytest.raises(UnreadableDocument, match=r"broken at line 2, column 8 \(.*\); correct it"):
        read('{"a": 1,\n "b": [}', "a.json")
    with pytest.raises(UnreadableDocument, match="broken at line 3, column 6"):
        read('{"a": 1}\n{"a": 2}\n{"a" 3}', "a.jsonl")


def test_json_nested_without_end_is_refused_in_a_sentence():
    with pytest.raises(UnreadableDocument, match=r"^a\.json cannot be read: .*; .*\.$"):
        read("[" * 100_000 + "]" * 100_000, "a.json")


def test_escaped_surrogates_and_nul_can_be_stored():
    assert read(r'{"a": "x\ud800\u0000y"}', "a.json") == "a: x\ufffdy"
