"""The extractive answerer quotes word for word what answers, and admits when nothing does."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.offline.answerer import ExtractiveAnswerer
from sqlrag.offline.quotes import LONGEST_MERGED, choose_quotes
from sqlrag.rag.citations import find_references
from tests.support.contexts import make_chunk, make_context

ENGLISH = make_context(
    "Vacation requests go to your manager. Full-time employees get 25 days of paid vacation a"
    " year. Unused days expire in March.",
    "The U.S. office of Acme Inc. opened in 2011. It was founded by Dr. Jane Miller. Revenue"
    " grew by 3.5 percent.",
    "Parking is free for visitors.\n\n| Item | Price |\n|---|---|\n| Badge | 12 EUR |",
)
SHEET = make_context(
    "\n".join(
        f"row {number + 2}: Pump: P-{number}; Site: Alta; Flow: {number}.5"
        for number in range(210, 220)
    )
)
RUSSIAN = make_context(
    "Заявление подаётся руководителю. Срок действия договора составляет два года с даты подписания."
    " Оплата производится в течение 30 дней.",
    "Компания основана в 2011 г. в Москве. Её возглавляет Анна Петрова.",
)
CHINESE = make_context(
    "公司成立于2011年。总部位于上海。",
    "员工每年享有十五天年假。年假须提前两周申请。病假需要医生证明。",
)


async def answer(question: str, context: Context, param: QueryParam | None = None) -> str:
    stream = ExtractiveAnswerer().stream(question, context, (), param or QueryParam())
    return "".join([piece async for piece in stream])


@pytest.mark.parametrize(
    ("question", "context", "sentence", "number"),
    [
        (
            "How many days of vacation do employees get?",
            ENGLISH,
            "Full-time employees get 25 days of paid vacation a year.",
            1,
        ),
        ("Who founded Acme?", ENGLISH, "It was founded by Dr. Jane Miller.", 2),
        ("What is the price of a badge?", ENGLISH, "| Badge | 12 EUR |", 3),
        ("What is the flow of pump P-217?", SHEET, "row 219: Pump: P-217;", 1),
        (
            "Какой срок действия у договора?",
            RUSSIAN,
            "Срок действия договора составляет два года с даты подписания.",
            1,
        ),
        ("Кто возглавляет компанию?", RUSSIAN, "Её возглавляет Анна Петрова.", 2),
        ("年假有多少天？", CHINESE, "员工每年享有十五天年假。", 2),
        ("公司总部在哪里？", CHINESE, "总部位于上海。", 1),
    ],
)
async def test_the_answering_sentence_is_quoted_first_and_cited(
    question, context, sentence, number
):
    text = await answer(question, context)
    first = text.split("\n\n")[1]
    assert sentence in first
    assert first.rstrip().endswith(f"” [{number}]")
    assert "OPENAI_API_KEY" in text.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "context", "sentence"),
    [
        ("What is the capital of Mars?", ENGLISH, "I cannot find an answer to this"),
        ("Who is it?", ENGLISH, "I cannot find an answer to this"),
        ("Who founded Globex Corporation?", ENGLISH, "I cannot find an answer to this"),
        ("Anything?", Context("", "naive"), "I cannot find an answer to this"),
        ("Какая погода на Марсе?", RUSSIAN, "я не нахожу ответа"),
        ("火星的首都叫什么名字？", CHINESE, "找不到"),
    ],
)
async def test_what_the_documents_do_not_say_is_admitted_without_citation(
    question, context, sentence
):
    text = await answer(question, context)
    assert sentence in text
    assert "[" not in text


async def test_the_answer_comes_in_pieces_and_is_the_same_each_time():
    question = "How many days of vacation do employees get, and when do days expire?"
    stream = ExtractiveAnswerer().stream(question, ENGLISH, (), QueryParam())
    pieces = [piece async for piece in stream]
    assert 2 <= len(pieces) <= 4
    assert "".join(pieces) == await answer(question, ENGLISH)


async def test_bypass_says_that_there_is_nothing_to_chat_with():
    text = await answer("Hello?", Context("", "bypass"), QueryParam(mode="bypass"))
    assert "set OPENAI_API_KEY" in text


async def test_every_quote_becomes_an_exact_reference():
    text = await answer("How many days of vacation do employees get?", ENGLISH)
    (reference,) = find_references(text, ENGLISH)
    assert reference.quote == "Full-time employees get 25 days of paid vacation a year."


def test_the_same_sentence_is_not_quoted_twice():
    sentence = "Full-time employees get 25 days of paid vacation a year."
    quotes = choose_quotes("How many vacation days?", make_context(sentence, sentence, sentence))
    assert [quote.number for quote in quotes] == [1]


def test_words_of_the_title_count_too():
    chunk = make_chunk("The term is 90 days.", title="Warranty of the X200")
    other = make_chunk("The term is 12 months.", 2, title="Lease of the office")
    (quote, *_) = choose_quotes(
        "What is the term of the office lease?", Context("", "naive", (chunk, other))
    )
    assert quote.number == 2


def first(question: str, *contents: str, title: str = "") -> str:
    chunks = (make_chunk(content, rank, title) for rank, content in enumerate(contents, start=1))
    return choose_quotes(question, Context("", "naive", tuple(chunks)))[0].text


KEEPER = (
    "I am Ada Quist. I was born in Harrow, and I kept lights for thirty years.",
    "Before that Ada Quist painted boats. Everybody liked the boats.",
    "My last post was at Grey Harbour. There Ada Quist rebuilt the lamp with prisms from Brest.",
)


def test_rare_words_decide_and_not_the_subject_that_every_passage_names():
    quote = first("What did Ada Quist do at Grey Harbour?", *KEEPER, title="Ada Quist")
    assert "rebuilt the lamp" in quote


def test_what_only_repeats_the_question_is_no_answer():
    text = "# The depth of the well\n\nThe depth of the well.\n\nIt goes down 11 metres, the well."
    assert "11 metres" in first("What is the depth of the well?", text)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("When was the bridge opened?", "in 1911"),
        ("How many people crossed the bridge?", "4,000"),
        ("Why was the bridge closed?", "because the river"),
        ("How long was the bridge closed?", "eleven weeks"),
        ("Who opened the bridge?", "Ines Ohlsen"),
    ],
)
def test_the_kind_of_answer_that_is_asked_for_comes_first(question, told):
    text = (
        "The bridge was opened with music. The bridge was opened by the mayor, Ines Ohlsen."
        "\n\nThe bridge was opened in 1911, on a cold day.\n\nMany people crossed the bridge."
        "\n\n4,000 people crossed the bridge on the first day.\n\nThe bridge was closed again."
        "\n\nThe bridge was closed because the river rose.\n\nThe bridge was closed for eleven"
        " weeks."
    )
    assert told in first(question, text)


REPORT = """SEGMENTS
(in millions)
Three Months Ended June 30,
2030 2031
Lamps
Net sales $ 1,201 $ 1,377
Operating income 220 251
Prisms
Net sales $ 310 $ 295
Operating income (12) (31)
Consolidated
Net sales $ 1,511 $ 1,672
See the notes to these statements, which tell of net sales and of operating income."""


async def test_a_figure_is_quoted_with_its_row_below_the_labels_of_the_table():
    text = await answer("What was the operating income of prisms?", make_context(REPORT))
    assert "June 30, 2030 2031 Prisms\n“Operating income (12) (31)” [1]" in text
    (reference, *_) = find_references(text, make_context(REPORT))
    assert reference.quote == "Operating income (12) (31)"


@pytest.mark.parametrize(
    ("columns", "rows", "question", "told"),
    [
        (
            "Artigo | Preço | Lugar",
            [f"| Vela {n} | {n}3,40 € | cais {n} |" for n in range(20, 50)],
            "Qual é o preço da Vela 37?",
            "| Vela 37 | 373,40 € | cais 37 |",
        ),
        (
            "Γραμμή | Ώρα | Τιμή",
            [f"Πλοίο {n} | 9:{n} | {n},50 €" for n in range(20, 50)],
            "Ποια είναι η τιμή του πλοίου 41;",
            "Πλοίο 41 | 9:41 | 41,50 €",
        ),
    ],
)
async def test_a_row_of_a_table_that_was_cut_is_quoted_below_the_heads_of_its_columns(
    columns, rows, question, told
):
    chunk = make_chunk("\n".join(rows), headings=("Tabela", columns))
    text = await answer(question, replace(make_context(), chunks=(chunk,)))
    assert f"\n\n{columns}\n“{told}” [1]" in text


def test_a_row_of_named_values_is_quoted_alone():
    rows = [
        f"station: Holm {n}; opened: {1870 + n}; manager: Ines Ohlsen {n}" for n in range(1, 40)
    ]
    quote = first("When was station Holm 17 opened?", "\n".join(rows))
    assert quote == "station: Holm 17; opened: 1887; manager: Ines Ohlsen 17"


def test_what_is_said_after_a_question_answers_it():
    chat = "Mara: Did anyone ask the printer about the posters?\nTom: Yes, 400 copies by Thursday."
    assert "400 copies" in first("How many posters are printed?", chat)


def test_a_sentence_that_points_back_is_quoted_with_the_one_before():
    text = "Pavel Brandt led the survey. He measured the tower in 1902 with a brass chain."
    assert first("When was the tower measured?", text) == text


def test_a_quote_stays_short_however_much_fits():
    text = " ".join(f"The lamp of tower {n} was lit by Ada Quist in {1870 + n}." for n in range(40))
    quotes = choose_quotes("When was the lamp lit?", make_context(text))
    assert all(len(quote.text) <= LONGEST_MERGED for quote in quotes)
    assert len(quotes) <= 3


@pytest.mark.parametrize(
    "question",
    [
        "What did Ada Quist do at Brightwater Castle?",
        "Which university did Ada Quist attend in Lisbon?",
        "How much did Ada Quist earn at Grey Harbour per month?",
        "Wie viele Katzen besaß der Bürgermeister?",
        "Сколько стоит билет в музей?",
    ],
)
def test_what_is_asked_of_a_known_subject_but_not_told_is_refused(question):
    assert not choose_quotes(question, make_context(*KEEPER))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("When did the harbour buy the tug?", "bought the tug in 1931"),
        ("Who wrote the log?", "log was written by Rike Sander"),
        ("Who leads the UN mission?", "of the United Nations is led by Jonas"),
    ],
)
def test_other_forms_of_a_word_are_found(question, told):
    text = (
        "The harbour had bought the tug in 1931 already. The log was written by Rike Sander."
        " The mission of the United Nations is led by Jonas Petersen."
    )
    assert told in first(question, text)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who wrote the kiln log?", "author: Ilse Brandt"),
        ("When was the kiln log written?", "date: 2019-11-02"),
    ],
)
def test_fields_above_a_text_answer_who_wrote_it_and_when(question, told):
    text = "author: Ilse Brandt\ndate: 2019-11-02\nabout: How to fire the kiln.\n\nFire it slowly."
    assert first(question, text, title="Kiln log") == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("war", "The war of 1812 ended."),
        ("When did the war end?", "The war of 1812 ended."),
        ("What does his son do?", "His son sells bread."),
        ("Was war geschlossen?", "Die Bibliothek war geschlossen."),
    ],
)
def test_a_word_that_says_little_in_another_language_is_asked_for(question, told):
    texts = "The war of 1812 ended.", "His son sells bread.", "Die Bibliothek war geschlossen."
    assert first(question, *texts) == told


@pytest.mark.parametrize("question", ["What is it?", "Was war es?", "Who are they?"])
def test_a_question_of_nothing_but_such_words_is_refused(question):
    assert not choose_quotes(question, make_context("The war of 1812 ended. It was long."))


class Reader:
    """An embedder that finds equal what it is told; what it cannot read is nothing."""

    model = "reader"

    def __init__(self, cosine: float | None) -> None:
        self.cosine, self.read = cosine, list[str]()

    async def dimensions(self) -> int:
        return 2

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.read += texts
        if self.cosine is None:
            return np.zeros((len(texts), 2), np.float32)
        other = (self.cosine, (1 - self.cosine**2) ** 0.5)
        return np.array([(1.0, 0.0)] + [other] * (len(texts) - 1), np.float32)


@pytest.mark.parametrize(
    ("cosine", "answers"), [(0.5, True), (0.05, False), (-0.2, False), (None, True)]
)
async def test_meaning_tells_where_the_words_of_the_best_do_not(cosine, answers):
    context = make_context("He sold the boat in spring. The harbour paid nothing for the rope.")
    reader = Reader(cosine)
    question = "What did he pay for his rope ladder?"
    quotes = await ExtractiveAnswerer(reader)._choose(question, context)
    # The whole of both, then the words of both.
    assert reader.read[0] == question
    assert reader.read[1].endswith("The harbour paid nothing for the rope.")
    assert {"ladder", "harbour"} < set(reader.read[2:])
    assert bool(quotes) is answers


@pytest.mark.parametrize(("like", "answers"), [(0.8, True), (0.3, False)])
async def test_words_that_mean_the_same_answer_in_part(like, answers):
    """The cosine of the question with the whole is the same in both."""

    class Words(Reader):
        async def embed(self, texts: Sequence[str]) -> np.ndarray:
            rows = [(1.0, 0.0), (0.4, 0.9165)]
            for text in texts[2:]:
                rows.append((1.0, 0.0) if text == "ladder" else (like, (1 - like**2) ** 0.5))
            return np.array(rows, np.float32)

    context = make_context("The steps against the wall broke in March.")
    assert (
        bool(await ExtractiveAnswerer(Words(0.0))._choose("When broke his ladder?", context))
        is answers
    )


async def test_what_words_tell_costs_no_look_at_the_meaning():
    reader = Reader(-1.0)
    assert await ExtractiveAnswerer(reader)._choose("Who founded Acme?", ENGLISH)
    assert reader.read == []


def test_a_row_of_two_cells_has_the_heads_of_its_columns():
    context = make_context("Gate | Keeper\nNorth | Ida Holm\nSouth | Per Lind")
    (best, *_) = choose_quotes("Who is the keeper of the south gate?", context)
    assert (best.head, best.text) == ("Gate | Keeper", "South | Per Lind")


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        ("作者: 林远\n\n仓库于2016年翻修。", "作者是谁？", "作者: 林远"),
        (
            "auteur: Claire Vasseur\n\nLa presse est vieille.",
            "Qui est l'auteur ?",
            "auteur: Claire",
        ),
        ("पुल की मरम्मत मीरा जोशी ने की। मीनार नदी के पास है।", "मरम्मत किसने की?", "मीरा जोशी"),
    ],
)
def test_fields_and_sentences_of_other_languages_are_read(text, question, told):
    assert told in choose_quotes(question, make_context(text))[0].text


def test_what_is_unlike_in_a_script_that_nothing_reads_is_refused():
    context = make_context("मीनार नदी के पास है।")
    assert not choose_quotes("मीनार का रंग क्या है?", context)


def test_a_further_quote_is_nearly_as_good_or_says_more():
    context = make_context("| screw | 12 |\n\nThe lever costs 40 crowns.\n\nThe screw is of brass.")
    assert len(choose_quotes("What does the lever cost?", context)) == 1
