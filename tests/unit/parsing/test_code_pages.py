import pytest

from sqlrag.parsing.formats.spelling import oddness
from sqlrag.parsing.formats.text import decode
from sqlrag.parsing.remarks import remarks

SHORT = {
    "氏名,所属\n渡辺健一,経理課\n加藤美咲,営業部\n": ("cp932", "euc_jp", "iso2022_jp"),
    "姓名,部门\n赵敏,经理\n王芳,客户\n": ("gb18030",),
    "姓名,部門\n趙敏,經理\n王芳,客戶\n": ("big5",),
    "이름,도시\n최영희,부산\n": ("cp949",),
    "ห้องสมุดปิดวันอาทิตย์": ("cp874",),
    "Библиотека закрыта в понедельник": ("cp1251", "koi8_r", "cp866", "iso8859_5"),
    "Бібліотека зачинена щонеділі, її відкриють": ("cp1251", "koi8_u"),
    "Źródło: książka o żółwiach, pięć groszy": ("cp1250", "iso8859_2", "cp852"),
    "Die Straße führt über die Brücke": ("cp1252", "cp850"),
    "المكتبة مغلقة يوم الجمعة": ("cp1256", "iso8859_6"),
    "Η βιβλιοθήκη είναι κλειστή": ("cp1253", "iso8859_7"),
    "Náš vlak má šest minut zpoždění.": ("cp1250", "iso8859_2", "cp852"),
    "Źle ułożone żarówki": ("cp1250", "iso8859_2", "cp852"),
    "Vilcienam ir sešas minūtes kavējums": ("cp1257",),
    "Die Mütze hängt über dem Stuhl": ("mac_roman",),
    "Il treno è già partito, perché è puntuale": ("cp1252", "mac_roman"),
    "Тетрадь": ("cp1251",),
    "Поезд опаздывает на шесть минут": ("mac_cyrillic",),
    "Το τρένο έχει καθυστέρηση": ("cp737",),
    "พิพิธภัณฑ์วิทยาศาสตร์": ("cp874", "tis_620"),
    "クリーニング": ("euc_jp",),
    "T = 20 °C, 5 µm thick": ("cp1252",),
    "a na\u00efve r\u00e9sum\u00e9": ("cp1252",),
}


@pytest.mark.parametrize(
    ("text", "page"), [(text, page) for text, pages in SHORT.items() for page in pages]
)
def test_a_line_is_enough_to_tell_its_code_page(text, page):
    assert decode(text.encode(page)) == text


@pytest.mark.parametrize("page", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        "今天博物馆不开放",
        "列車は六分　遅れています",
        "기차가 육분 늦는다",
        "รถไฟมาช้า",
        "Поезд",
        "Τρένο",
    ],
)
def test_wide_text_needs_neither_mark_nor_line_end(text, page):
    assert decode(text.encode(page)) == text


@pytest.mark.parametrize(
    "wrong",
    ["Stra§e", "zurŸck", "Häuser\x8c", "送柿\ue031", "libertа", "ie퓓", "Μσηει", "„ата"],
)
def test_what_can_be_no_words_is_odd(wrong):
    assert oddness(wrong) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "Das „Haus“ – 20 °C",
        "¿Qué? «Sí»",
        "l’été, don’t",
        "请在 Linux 中使用",
        "PDFを開く",
        "5 m²",
        "ΝΕΑ",
    ],
)
def test_what_may_be_words_is_not_odd(text):
    assert oddness(text) == 0


def test_what_few_letters_tell_is_said_and_what_many_tell_is_not():
    line = "Die Straße führt über die Brücke.\n"
    with remarks() as said:
        decode((line * 30).encode("cp1252"))
        decode(line.encode())
    assert said == []
    with remarks() as said:
        decode(line.encode("cp1252"))
    assert said == [
        "it was read as cp1252, by the look of 4 letters or so; save it as UTF-8 if they are wrong"
    ]


def test_letters_after_a_long_stretch_of_ascii_are_looked_at():
    text = "plain\n" * 100_000 + "Библиотека закрыта в понедельник.\n"
    assert decode(text.encode("cp866")) == text
