from sqlrag.domain.documents import Source
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing.prepare import prepare


def prepared(**given):
    source = {"source_key": "k", "data": b"It was a dark and stormy night.", "file_name": "a.txt"}
    return prepare(Source(**(source | given)), Limits(), Splitting())


def test_the_source_names_its_title_and_language():
    document = prepared(title="Mine", language="german", data=b"# Other", file_name="a.md")
    assert (document.parsed.title, document.language) == ("Mine", "german")


def test_the_title_is_found_in_the_text_then_in_the_file_name_then_in_the_key():
    assert prepared(data=b"# Found", file_name="a.md").parsed.title == "Found"
    assert prepared(file_name="notes/2023_Q3 sales.txt").parsed.title == "2023 Q3 sales"
    assert prepared(file_name="").parsed.title == "k"


def test_language_and_chunks_are_found():
    document = prepared()
    assert document.language == "english"
    assert [chunk.content for chunk in document.chunks] == ["It was a dark and stormy night."]
