import pytest

from sqlrag.parsing.languages import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What did the author do growing up?", "english"),
        ("Net sales increased 13% to $143.1 billion", "english"),
        ("Это предложение на русском языке.", "russian"),
        ("Wo ist der Bahnhof, bitte?", "german"),
        ("Où est la gare?", "french"),
        ("¿Dónde está la biblioteca?", "spanish"),
        ("Dove si trova la stazione?", "italian"),
        ("Onde fica a estação?", "portuguese"),
        ("Waar is het station?", "dutch"),
        ("İstasyon nerede?", "turkish"),
        ("Missä on rautatieasema?", "finnish"),
        ("Η βάση δεδομένων είναι γρήγορη.", "greek"),
        ("قاعدة البيانات سريعة وسهلة الاستخدام", "arabic"),
    ],
)
def test_a_sentence_is_enough(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "从学习项目的角度来看，我建议你先了解基础知识。",
        "これは日本語の文章です。",
        "검색 시스템을 시험하는 데 사용합니다.",
        "ฐานข้อมูลนี้ทำงานได้เร็วมาก",
        "ຖານຂໍ້ມູນນີ້ເຮັດວຽກໄວ",
        "មូលដ្ឋានទិន្នន័យនេះលឿន",
        "ဒီဒေတာဘေ့စ်ကမြန်ပါတယ်",
        "Gdzie jest dworzec kolejowy?",
        "База даних працює дуже швидко, і це нас тішить.",
        "",
        "12345 67 %",
        "Kubernetes pgvector HNSW",
    ],
)
def test_simple_stands_for_what_postgres_cannot_stem(text):
    assert detect_language(text) == "simple"


def test_quoted_code_does_not_make_russian_english():
    text = "Импортируйте необходимые библиотеки и определите размер встраивания."
    code = "import asyncio\nfrom a import VectorStore"
    assert detect_language(f"{text}\n{code}") == "russian"
