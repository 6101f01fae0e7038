from itertools import combinations

import pytest

from sqlrag.parsing.formats import FORMATS, Format


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_every_format_has_its_parser(known: Format) -> None:
    assert callable(known.load())


def test_no_two_formats_claim_the_same_files() -> None:
    for one, other in combinations(FORMATS, 2):
        assert one.name != other.name
        assert not {*one.suffixes.split()} & {*other.suffixes.split()}
        assert not {*one.media_types.split()} & {*other.media_types.split()}
