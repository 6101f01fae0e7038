"""What a model wrote wrongly is repaired where that is safe, and otherwise told."""

import pytest

from sqlrag.domain.graph import ExtractionOptions
from tests.support.extraction import entity, gather, relation, reply


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"type": "person"}, "The entity has no name."),
        ({"name": ' "" '}, "The entity has no name."),
        ({"name": None}, "The entity has no name."),
        (["Ada"], "An entity is neither an object nor a name."),
        (7, "An entity is neither an object nor a name."),
    ],
)
def test_a_malformed_entity_is_rejected_with_its_text_and_a_reason(record, reason):
    found = gather(reply([record, entity("Ada")]))
    assert [one.name for one in found.entities] == ["Ada"]
    assert [one.reason for one in found.rejects] == [reason]
    assert found.rejects[0].record


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (relation("Ada", ""), "The relation lacks a source or a target."),
        ({"description": "?"}, "The relation lacks a source or a target."),
        (relation("Ada", "ADA"), "The relation joins an entity to itself."),
        ("Ada knows Bob", "The relation is not an object."),
        (["Ada", "knows"], "The relation is not an object."),
    ],
)
def test_a_malformed_relation_is_rejected_with_its_text_and_a_reason(record, reason):
    found = gather(reply([entity("Ada"), entity("Bob")], [record, relation("Ada", "Bob")]))
    assert len(found.relations) == 1
    assert [one.reason for one in found.rejects] == [reason]


def test_a_triple_that_is_none_is_rejected():
    found = gather(
        '{"entities": ["A"], "triples": [["A", "is"], ["A", ["x"], "B"], ["A", "r", "B"]]}'
    )
    assert len(found.relations) == 1
    assert {one.reason for one in found.rejects} == {"The triple is not three texts."}


def test_an_unknown_end_becomes_an_entity():
    found = gather(reply([entity("Ada")], [relation("Ada", "Bob")]))
    assert [(one.name, one.type) for one in found.entities] == [
        ("Ada", "person"),
        ("Bob", "concept"),
    ]
    assert found.rejects == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (0.5, 0.5),
        ("7", 7.0),
        (0, 1.0),
        (-2, 1.0),
        ("high", 1.0),
        (None, 1.0),
        (True, 1.0),
        (1e99, 1.0),
    ],
)
def test_a_weight_is_a_positive_number_or_1(written, read):
    (found,) = gather(reply([], [relation("Ada", "Bob", written)])).relations
    assert found.weight == read


def test_what_passes_the_caps_is_rejected_not_lost():
    options = ExtractionOptions(max_entities=2, max_relations=1)
    entities = [entity("A"), entity("B"), entity("C")]
    relations = [relation("A", "D"), relation("A", "B"), relation("B", "A"), relation("B", "C")]
    found = gather(reply(entities, relations), options)
    assert [one.name for one in found.entities] == ["A", "B"]
    assert [one.reason for one in found.rejects] == [
        "The chunk already has 2 entities, the most it may have.",
        "An end of the relation has no room. "
        "The chunk already has 2 entities, the most it may have.",
        "The chunk already has 1 relations, the most it may have.",
    ]
    assert len(found.relations) == 1


def test_names_are_cleaned_and_bounded():
    written = [entity(" “Ada\u0000  \n Lovelace” "), entity("x" * 500), entity("\ud800Bob")]
    first, second, third = gather(reply(written)).entities
    assert (first.name, len(second.name), third.name) == ("Ada Lovelace", 200, "Bob")


def test_a_reject_is_bounded():
    (reject,) = gather(reply([{"type": "x" * 9_000}])).rejects
    assert len(reject.record) == 1_000


def test_duplicates_are_one_with_all_descriptions():
    written = [
        entity("Ada", "concept", "A poet."),
        entity("ADA", "Person", "A coder."),
        entity("Ada"),
    ]
    (found,) = gather(reply(written)).entities
    assert (found.name, found.type, found.description) == ("Ada", "person", "A poet.\nA coder.")


def test_both_directions_are_one_relation():
    there = relation("Ada", "Bob", 0.3, description="Ada taught Bob.")
    back = relation("Bob", "Ada", 0.8, keywords="pupil", description="Bob learnt from Ada.")
    (found,) = gather(reply([], [there, back, there])).relations
    assert (found.source, found.target, found.weight) == ("Ada", "Bob", 0.8)
    assert found.keywords == "knows, pupil"
    assert found.description == "Ada taught Bob.\nBob learnt from Ada."


def test_keywords_may_be_a_list():
    written = {**relation("Ada", "Bob"), "keywords": ["work", "friendship"]}
    (found,) = gather(reply([], [written])).relations
    assert found.keywords == "work, friendship"
