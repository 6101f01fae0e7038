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


TABLES = {
    "a line for Excel": ("sep=;\nname;price\nbolt;1,50", ["name: bolt; price: 1,50"]),
    "titles above": (
        "Stock of May, 2024,,\nBy,Mara,\n,,\nitem,qty,price\nbolt,5,1.50\nnut,7,2.75",
        [
            "Stock of May; 2024",
            "By; Mara",
            "item: bolt; qty: 5; price: 1.50",
            "item: nut; qty: 7; price: 2.75",
        ],
    ),
    "a title of its own width": (
        "Stock, May 2024\nArtikel;Menge;Preis\nBolzen;5;1,50\nMutter;7;2,75",
        [
            "Stock, May 2024",
            "Artikel: Bolzen; Menge: 5; Preis: 1,50",
            "Artikel: Mutter; Menge: 7; Preis: 2,75",
        ],
    ),
    "years as a header": (
        "city,2019,2020\nOslo,10,20\nHamar,11,21",
        ["city: Oslo; 2019: 10; 2020: 20", "city: Hamar; 2019: 11; 2020: 21"],
    ),
    "months as a header": (
        "cost,2024-01,2024-02\nrent,100,90",
        ["cost: rent; 2024-01: 100; 2024-02: 90"],
    ),
    "hours as a header": (
        "at,0,1,2\nA,5,7,2\nB,1,8,8",
        ["at: A; 0: 5; 1: 7; 2: 2", "at: B; 0: 1; 1: 8; 2: 8"],
    ),
    "a header without a first name": (",2023,2024\nOslo,10,20", ["Oslo; 2023: 10; 2024: 20"]),
    "two headers": (
        ",2023,,2024,\ncity,Q1,Q2,Q1,Q2\nOslo,1,2,3,4",
        ["2023; 2024", "city: Oslo; 2023 Q1: 1; 2023 Q2: 2; 2024 Q1: 3; 2024 Q2: 4"],
    ),
    "two tables": (
        "x,y\n1,2\n\nplace,count\nOslo,5\n\nHamar,6",
        ["x: 1; y: 2", "place: Oslo; count: 5", "place: Hamar; count: 6"],
    ),
    "years without a header": ("2019,100\n2020,200", ["2019; 100", "2020; 200"]),
    "dates without a header": (
        "2024-05-01,5.0\n2024-05-02,6.1",
        ["2024-05-01; 5.0", "2024-05-02; 6.1"],
    ),
    "codes without a header": ("A12,red\nB13,blue", ["A12; red", "B13; blue"]),
    "words without a header": ("Ann,Oslo\nBob,Oslo", ["Ann; Oslo", "Bob; Oslo"]),
    "signs in the words": (
        "name,comment\nanna,good; nice; fast\nbob,bad; slow; old",
        ["name: anna; comment: good; nice; fast", "name: bob; comment: bad; slow; old"],
    ),
    "signs in all words": (
        "name;price,EUR\nbolt;1,50\nnut;2,75",
        ["name: bolt; price,EUR: 1,50", "name: nut; price,EUR: 2,75"],
    ),
    "decimals alone": ("1,50;2,75\n3,10;4,20", ["1,50; 2,75", "3,10; 4,20"]),
    "sentences alone": (
        "note\nI like it, really\nno\nso, so, yes",
        ["note: I like it, really", "note: no", "note: so, so, yes"],
    ),
    "a mark that is not closed": ('a,b\n"x,1\ny,2', ['a: "x; b: 1', "a: y; b: 2"]),
    "lines that end twice": ("a,b\r\r\n1,2\r\r\n3,4\r\r\n", ["a: 1; b: 2", "a: 3; b: 4"]),
}


@pytest.mark.parametrize("kind", TABLES)
def test_headers_and_delimiters_are_told_by_all_rows(kind):
    table, lines = TABLES[kind]
    assert read(table, "a.csv").split("\n") == lines


def test_a_large_cell_is_read():
    assert len(read(f'a,b\n"{"x " * 70_000}",2\n', "a.csv")) > 140_000


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
    assert read('[{"a": 1, "b": true}, {"a": null}]', "a.json") == "- a: 1; b: true\n- a: null"
    nested = '[{"a": 1, "b": {"c": 2, "d": 3}}]'
    assert read(nested, "a.json") == "- a: 1\n  b:\n    c: 2\n    d: 3"


def test_a_long_record_has_a_line_for_each_field():
    long = ("word " * 100).strip()
    record = f'{{"from": "Ann", "text": "{long}"}}'
    assert read(f"[{record}]", "a.json") == f"- from: Ann\n  text: {long}"
    assert read(record, "a.jsonl") == f"from: Ann\ntext: {long}"


def test_each_line_of_jsonl_is_a_paragraph():
    source = '{"a": 1}\n\n{"a": 2, "b": "x"}\n'
    assert read(source, "a.jsonl") == read(source, "a.json") == "a: 1\n\na: 2; b: x"


def test_broken_json_names_line_and_column():
    with pytest.raises(UnreadableDocument, match=r"broken at line 2, column 8 \(.*\); correct it"):
        read('{"a": 1,\n "b": [}', "a.json")
    with pytest.raises(UnreadableDocument, match="broken at line 3, column 6"):
        read('{"a": 1}\n{"a": 2}\n{"a" 3}', "a.jsonl")


def test_json_nested_without_end_is_refused_in_a_sentence():
    with pytest.raises(UnreadableDocument, match=r"^a\.json cannot be read: .*; .*\.$"):
        read("[" * 100_000 + "]" * 100_000, "a.json")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_json_is_read_a_hundred_deep_and_refused_three_thousand_deep(name):
    def nested(depth: int) -> str:
        return '{"a":' * depth + "[1]" + "}" * depth

    assert read(nested(100), name).count("a:") == 100
    with pytest.raises(UnreadableDocument, match=r"its jsonl? content is nested deeper than .*\.$"):
        read(nested(3_000), name)


def test_escaped_surrogates_and_nul_can_be_stored():
    assert read(r'{"a": "x\ud800\u0000y"}', "a.json") == "a: x\ufffdy"
