"""Names by how they are written: Latin, Cyrillic, CJK."""

import pytest

from tests.support.extraction import extract, names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When Paul Graham met J. R. R. Tolkien, it rained.", {"Paul Graham", "J. R. R. Tolkien"}),
        ("She left the University of Copenhagen for AT&T.", {"University of Copenhagen", "AT&T"}),
        ("He saw Bette Davis and Barry Sullivan.", {"Bette Davis", "Barry Sullivan"}),
        ("The Securities and Exchange Commission agreed.", {"Securities and Exchange Commission"}),
        ("It was Jean-Luc O'Brien, not Ludwig van Sas.", {"Jean-Luc O'Brien", "Ludwig van Sas"}),
        ("We like the U.S. more than NASA, in Los Angeles.", {"U.S.", "NASA", "Los Angeles"}),
        ("They watched “Payment on Demand” and left.", {"Payment on Demand"}),
        ("He said, “I will never go there again.”", set()),
        ("On Monday in March they paid $5 and I left.", set()),
        ("Running is fun. However, walking is better.", set()),
        ("Wherever Y Combinator is, startups follow.", {"Y Combinator"}),
        ("He lived in New York I believe, near the Met.", {"New York", "Met"}),
    ],
)  # fmt: skip
def test_latin_names(text, expected):
    assert names(text) == expected


def test_a_word_at_the_start_of_a_sentence_counts_when_it_is_a_name_elsewhere():
    assert names("Viaweb grew. Growth was slow.") == set()
    assert names("Viaweb grew. Growth was slow, and we sold Viaweb.") == {"Viaweb"}
    assert names("Viaweb grew.", title="Viaweb history") == {"Viaweb", "Viaweb history"}


def test_words_that_the_document_writes_small_are_no_names():
    text = "The company sold shares. Each Company share rose, said the company and its owners."
    assert names(text) == set()


def test_headings_rows_and_page_furniture_are_no_names():
    text = (
        "Table of Contents\n\nThree Months Ended September 30\n\nNet Product Sales | 127 | 143\n\n"
        "12\n\nThe sales of Acme Corp. rose in the third quarter, as the managers had hoped."
    )
    assert names(text) == {"Acme Corp."}


def test_cyrillic_names_and_titles():
    text = "Лев Николаевич Толстой написал роман «Война и мир». Потом в Москве он встретил Чехова."
    assert names(text, language="russian") == {
        "Лев Николаевич Толстой", "Война и мир", "Москве", "Чехова",
    }  # fmt: skip


def test_russian_endings_do_not_make_another_name():
    text = "Мы приехали в Москву. Весной в Москве тепло. Все любят Москву, и о Москве поют."
    assert names(text, language="russian") == {"Москве"}


def test_titles_in_chinese_brackets_and_katakana():
    text = "他写了《红楼梦》和《史记》。彼はコンピュータとLightRAGを使う。"
    assert {"红楼梦", "史记", "コンピュータ", "LightRAG"} <= names(text, language="simple")


def test_repeated_chinese_terms_are_found_by_their_surroundings():
    text = (
        "向量数据库很快。我们用向量数据库存文档。他喜欢向量数据库吗？选择向量数据库要谨慎，"
        "因为向量数据库不便宜。好的向量数据库支持过滤。"
    )
    assert "向量数据库" in names(text, language="simple")


def test_german_nouns_are_no_names():
    text = "Der Hund lief über die Straße. Angela Merkel sah den Hund und die Straße und ein Auto."
    assert names(text, language="german") == {"Angela Merkel"}


def test_repeated_phrases_in_small_letters_are_terms():
    text = "we tune vector search here. vector search needs memory. people love vector search."
    assert names(text) == {"vector search"}


def test_the_longest_form_of_a_name_wins():
    texts = (
        "Paul Graham founded it with Amazon.com, Inc. and Jessica Livingston.",
        "Then Graham left, and Amazon stayed, and Livingston too.",
    )
    assert names(*texts) == {"Paul Graham", "Amazon.com, Inc.", "Jessica Livingston"}


def test_a_short_form_that_fits_two_names_stays():
    text = "John Smith met Mary Smith. Then he saw Smith again."
    assert names(text) == {"John Smith", "Mary Smith", "Smith"}


def test_one_spelling_stands_for_all():
    text = "We use NVIDIA Corporation chips, made for Nvidia Corporation by Nvidia Corporation."
    assert names(text) == {"Nvidia Corporation"}


def test_the_title_is_an_entity_and_subject_of_every_chunk_with_and_without_brackets():
    found = extract("He was born in Ulm.", "He left for Bern.", title="Carl Boese (director)")
    for one in found:
        subjects = {entity.name for entity in one.entities if entity.is_subject}
        assert {"Carl Boese (director)", "Carl Boese"} <= subjects


def test_the_title_is_found_in_the_text_in_any_letter_case():
    (found,) = extract(
        "People know payment on demand as a film with Bette Davis.", title="Payment on Demand"
    )
    assert ("Payment on Demand", "Bette Davis") in {(r.source, r.target) for r in found.relations}


def test_without_a_title_the_lead_entity_is_the_subject():
    (found,) = extract("In Ulm, Carl Boese met Emil Jannings.")
    assert {entity.name for entity in found.entities if entity.is_subject} == {"Ulm"}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("He met Dr. Ngozi Eze there.", "Dr. Ngozi Eze", "person"),
        ("Zork Wibble (born 1950) is a Swedish film director.", "Zork Wibble", "person"),
        ("Then Acme Corporation failed.", "Acme Corporation", "organization"),
        ("She swam in Lake Constance.", "Lake Constance", "location"),
        ("They lost the Battle of Hastings.", "Battle of Hastings", "event"),
        ("He saw “Payment on Demand” twice.", "Payment on Demand", "work"),
        ("It was Blue Velvet Hour, which is fine.", "Blue Velvet Hour", "concept"),
        ("My Zorbik Flux is a database for maps.", "Zorbik Flux", "product"),
    ],
)
def test_types_are_guessed_by_cues(text, name, kind):
    (found,) = extract(text)
    assert {entity.name: entity.type for entity in found.entities}[name] == kind


def test_a_description_is_the_sentence_that_names_the_entity_first():
    first, second = extract("We saw Carl Boese. It rained.", "Later Carl Boese left.")
    assert first.entities[0].description == "We saw Carl Boese."
    assert second.entities[0].description == ""
