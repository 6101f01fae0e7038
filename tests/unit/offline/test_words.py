import pytest

from sqlrag.offline.words import find_words, is_cjk


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Grey Harbour, 1921", ["Grey", "Harbour", "1921"]),
        ("灰色の港", ["灰色", "色の", "の港"]),
        ("港", ["港"]),
        ("ท่าเรือ 2", ["ท่า", "่าเ", "าเร", "เรื", "รือ", "2"]),
        ("ທ່າ ເຮືອ", ["ທ່າ", "ເຮື", "ຮືອ"]),
        ("ဆိပ်", ["ဆိပ", "ိပ်"]),
        ("កំពង់។ផែ", ["កំព", "ំពង", "ពង់", "ផែ"]),
        ("", []),
    ],
)
def test_what_has_no_spaces_is_words_of_equal_length(text: str, words: list[str]) -> None:
    assert find_words(text) == words


def test_a_word_is_taken_for_one_of_a_script_without_spaces_by_its_beginning() -> None:
    assert [is_cjk(word) for word in ("港", "ท่า", "ရေ", "ផែ", "harbour", "порт")] == [
        *[True] * 4,
        *[False] * 2,
    ]
