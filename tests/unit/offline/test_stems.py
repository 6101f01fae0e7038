"""Forms of a word have one stem, other words have not."""

import pytest

from sqlrag.offline.stems import find_stem


@pytest.mark.parametrize(
    "forms",
    ["buy bought buys buying", "write wrote written writing", "stop stopped stops stopping",
     "company companies", "end ends ended ending", "move moved moving", "options option"],
)  # fmt: skip
def test_forms_have_one_stem(forms):
    assert len({find_stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "words", ["poster post", "maker made", "sing sink", "договор договора", "bus business"]
)
def test_other_words_have_stems_of_their_own(words):
    first, second = words.split()
    assert find_stem(first) != find_stem(second)
