"""Questions in languages whose words change more than English ones do, by words alone."""

import pytest

from sqlrag.offline.questions import read_question
from sqlrag.offline.quotes import choose_quotes
from sqlrag.offline.stems import find_roots
from tests.support.contexts import make_context

TEXTS = {
    "korean": "메모는 김민수가 썼다. 등대는 1874년에 지어졌다. 등대의 높이는 42미터이다."
    " 배는 폭풍 때문에 침몰했다. 등대지기는 두 명의 아이와 함께 부산에 살았다.",
    "greek": "Το σημείωμα το έγραψε η Μαρία Παππά. Ο φάρος χτίστηκε το 1874. Το ύψος του φάρου"
    " είναι 42 μέτρα. Το πλοίο βυθίστηκε επειδή το χτύπησε καταιγίδα. Ο φύλακας ζούσε"
    " στην Κέρκυρα.",
    "hebrew": "את הפתק כתבה מרים לוי. המגדלור נבנה בשנת 1874. גובה המגדלור הוא 42 מטרים. הספינה"
    " טבעה בגלל סערה. שומר המגדלור גר בחיפה עם שני ילדים.",
    "italian": "La nota fu scritta da Giulia Rossi. Il faro fu costruito nel 1874. Il faro è alto"
    " 42 metri. La nave affondò a causa di una tempesta. Il guardiano viveva a Livorno"
    " con due figli.",
    "turkish": "Notu Ayşe Demir yazdı. Fener 1874 yılında yapıldı. Fenerin yüksekliği 42 metredir."
    " Gemi fırtına yüzünden battı. Bekçi iki çocuğuyla İzmir'de yaşadı.",
    "polish": "Notatkę napisała Maria Nowak. Latarnię zbudowano w 1874 roku. Latarnia ma 42 metry"
    " wysokości. Statek zatonął z powodu burzy. Latarnik mieszkał w Gdyni z dwojgiem dzieci.",
}
ANSWERED = [
    ("korean", "누가 메모를 썼습니까?", "김민수"),
    ("korean", "등대는 언제 지어졌습니까?", "1874"),
    ("korean", "등대의 높이는 얼마입니까?", "42"),
    ("korean", "배는 왜 침몰했나요?", "폭풍"),
    ("korean", "등대지기는 어디에 살았습니까?", "부산"),
    ("greek", "Ποιος έγραψε το σημείωμα;", "Μαρία"),
    ("greek", "Πόσο ύψος έχει ο φάρος;", "42"),
    ("greek", "Πού ζούσε ο φύλακας;", "Κέρκυρα"),
    ("hebrew", "מי כתב את הפתק?", "מרים"),
    ("hebrew", "מתי נבנה המגדלור?", "1874"),
    ("hebrew", "למה טבעה הספינה?", "סערה"),
    ("hebrew", "איפה גר שומר המגדלור?", "חיפה"),
    ("italian", "Perché affondò la nave?", "tempesta"),
    ("italian", "Dove viveva il guardiano?", "Livorno"),
    ("turkish", "Notu kim yazdı?", "Ayşe"),
    ("turkish", "Fener ne zaman yapıldı?", "1874"),
    ("turkish", "Gemi neden battı?", "fırtına"),
    ("polish", "Dlaczego statek zatonął?", "burzy"),
]
UNANSWERED = [
    ("korean", "선장의 이름은 무엇입니까?"),
    ("korean", "이사회는 언제 열립니까?"),
    ("greek", "Πώς λεγόταν ο καπετάνιος;"),
    ("hebrew", "מה היה שם הקפטן?"),
    ("italian", "Come si chiamava il capitano?"),
    ("turkish", "Kaptanın adı neydi?"),
    ("polish", "Jak nazywał się kapitan?"),
]


@pytest.mark.parametrize(("language", "question", "told"), ANSWERED)
def test_what_is_said_is_quoted_first(language: str, question: str, told: str) -> None:
    quotes = choose_quotes(question, make_context(TEXTS[language]))
    assert quotes
    assert told in quotes[0].text


@pytest.mark.parametrize(("language", "question"), UNANSWERED)
def test_what_is_not_said_is_not_quoted(language: str, question: str) -> None:
    assert choose_quotes(question, make_context(TEXTS[language])) == []


def test_particles_and_endings_of_korean_are_no_words() -> None:
    assert list(read_question("등대는 언제 지어졌습니까?").terms) == ["등대", "지어", "어졌"]
    assert list(read_question("누가 메모를 썼나요?").terms) == ["메모", "썼"]


@pytest.mark.parametrize("word", ["כתבה", "הכותב", "וכתבו", "כתבתי", "שכתב"])
def test_hebrew_words_of_a_root_are_one(word: str) -> None:
    assert find_roots("כתב") & find_roots(word)
    assert not find_roots("ספר") & find_roots(word)


def test_words_of_others_have_no_root() -> None:
    assert find_roots("lamp") == find_roots("كتب") == frozenset()


def test_a_word_of_another_language_stays_one() -> None:
    assert "dove" in read_question("Where does the dove live?").terms
    assert "kim" in read_question("When was Kim born?").terms
