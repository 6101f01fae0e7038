"""Whatever the text: no failure, no name that is not written there, always the same result."""

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sqlrag.domain.graph import ChunkText, DocumentText
from sqlrag.domain.names import clean_name
from sqlrag.offline.extractor import OfflineExtractor, extract_document
from tests.support.extraction import OPTIONS, make_document

WORDS = (
    "The|Paul Graham|Graham|J. R. R.|of|and|the|Acme, Inc.|“Blue Sky”|«Война и мир»|Москве|Москву"
    "|《红楼梦》|向量数据库|コンピュータ|한국어는|NASA|I|"
    "don't|York's|\n|. |, |! |(|)|42|İstanbul|ǅ|ß|Ⅷ"
    "|table of contents|Part II|\n\n# Head\n|– |a\u0301|\u0000|\ud800"
)
sentences = st.lists(st.sampled_from(WORDS.split("|")), max_size=40).map(" ".join)
texts = st.text(max_size=200) | sentences


def squeeze(text: str) -> str:
    return " ".join(text.split()).casefold()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(texts, max_size=3), texts, st.sampled_from(["english", "german", "russian", "simple"])
)
@example([""], ",", "english")
@example(["İstanbul is İSTANBUL"], "İstanbul", "simple")
def test_it_never_fails_and_names_only_what_is_written(contents, title, language):
    chunks = tuple(ChunkText(content, (title,)) for content in contents)
    found = extract_document(DocumentText(title, language, chunks), OPTIONS)
    assert len(found) == len(chunks)
    written = squeeze(" ".join((*contents, title))) + squeeze(clean_name(title))
    for one in found:
        names = [entity.name for entity in one.entities]
        assert len(set(names)) == len(names)
        assert all(squeeze(name) in written for name in names)
        assert all(one.source != one.target for one in one.relations)
        assert {end for r in one.relations for end in (r.source, r.target)} <= set(names)
        assert all(relation.weight > 0 for relation in one.relations)


@pytest.mark.parametrize("count", [1, 400])
async def test_the_extractor_gives_what_the_function_gives(count):
    document = make_document(*["Carl Boese met Emil Jannings in Ulm."] * count, title="Film")
    assert await OfflineExtractor().extract(document, OPTIONS) == extract_document(
        document, OPTIONS
    )


def test_every_process_finds_the_same():
    code = (
        "from tests.support.extraction import *\n"
        "text = 'Ann Lee met Bo Ray, Cy Fox, Di Oak and Ed Elm at Acme Corp. in Ulm. ' * 3\n"
        "print(extract(text, text + '向量数据库很快，用向量数据库吧，选向量数据库。', title='Ann'))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(runs) == 1
    assert "Bo Ray" in runs.pop()
