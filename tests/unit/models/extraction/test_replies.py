"""Records are found in whatever form a model writes them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlrag.models.extraction.replies import read_reply
from tests.unit.models.extraction.making import entity, gather, relation, reply

PLAIN = reply([entity("Ada"), entity("Bob")], [relation("Ada", "Bob")])


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"Here is what I found:\n{PLAIN}\nI hope it helps {{really}}.",
        f"```json\n{PLAIN}\n```",
        f"```\n{json.dumps(json.loads(PLAIN), indent=2)}\n```",
        f"<think>Maybe {{'entities': [1]}}?</think>{PLAIN}",
        PLAIN.replace("}]", "},]"),
        PLAIN.replace('"}', '",}'),
        PLAIN.replace("relations", "relationships"),
        PLAIN[:-2],
        '("entity"<|>Ada<|>person<|>)##\n("entity"<|>"Bob"<|>"person"<|>"")##\n'
        '("relationship"<|>Ada<|>Bob<|>They (as said)\nknow each other.<|>knows<|>2)<|COMPLETE|>',
        '{"name": "Ada"}\n{"name": "Bob"}\n{"source": "Ada", "target": "Bob"}',
        '[{"name": "Ada"}, {"name": "Bob"}, {"src_id": "Ada", "tgt_id": "Bob"}]',
        '{"entities": ["Ada", "Bob"], "triples": [["Ada", "knows", "Bob"]]}',
    ],
)
def test_every_form_gives_the_same_names(text):
    found = gather(text)
    assert [one.name for one in found.entities] == ["Ada", "Bob"]
    assert [(one.source, one.target) for one in found.relations] == [("Ada", "Bob")]
    assert found.rejects == ()


def test_a_reply_that_breaks_off_keeps_every_whole_record():
    cut = PLAIN[: PLAIN.index('"Bob"') + 3]
    found = gather(cut)
    assert [one.name for one in found.entities] == ["Ada"]
    assert found.rejects[0].record.startswith('{"name": "Bo')
    assert found.rejects[0].reason == "The record cannot be read: the reply breaks off in it."


def test_a_broken_record_costs_only_itself():
    found = gather(
        '{"entities": [{"name": "Ada"}, {"name" "Bob"}, {"name": "Cy"}], "relations": []}'
    )
    assert [one.name for one in found.entities] == ["Ada", "Cy"]
    assert [one.record for one in found.rejects] == ['{"name" "Bob"}']


def test_a_tuple_that_breaks_off_is_rejected():
    found = gather('("entity"<|>Ada<|>person<|>Poet)##("entity"<|>Bob<|>per')
    assert [one.name for one in found.entities] == ["Ada"]
    assert found.rejects[0].record == '("entity"<|>Bob<|>per'


def test_predicates_of_triples_become_keywords_and_description():
    (found,) = gather('{"entities": [], "triples": [["Ada", "wrote to", "Bob"]]}').relations
    assert (found.keywords, found.description) == ("wrote to", "wrote to")


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ('{"entities": [], "relations": []}', True),
        ('Nothing here: {"entities": [], "relations": []}', True),
        ("<|COMPLETE|>", True),
        ("I am sorry, I cannot do that.", False),
        ('{"error": "overloaded"}', False),
        ('"entities"', False),
        ("", False),
    ],
)
def test_only_a_reply_that_says_what_it_found_is_readable(text, readable):
    found = read_reply(text)
    assert found.readable is readable
    assert gather(text).entities == ()


def test_a_long_hostile_reply_is_read_in_linear_time():
    for hostile in (
        '\\"' * 50_000,
        "{" * 100_000,
        '{"entities": [' + '{"a": "' * 50_000,
        "," * 10**5,
    ):
        read_reply(hostile)
        read_reply('{"entities": [' + hostile)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='{}[]",:\\\n<|>()#abz1 ') | st.text())
def test_no_reply_makes_the_parser_fail(text):
    gather(text)
    gather('{"entities": [' + text)
    gather(PLAIN[: len(PLAIN) // 2] + text)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(json_values, max_size=4), st.lists(json_values, max_size=4))
def test_every_record_is_used_or_rejected(entities, triples):
    found = gather(json.dumps({"entities": entities, "triples": triples}))
    ends = {name for one in found.relations for name in (one.source, one.target)}
    assert ends <= {one.name for one in found.entities}
    wanted = sum(value is not None for value in (*entities, *triples))
    merged = len({one.name for one in found.entities} | {str(one) for one in found.relations})
    assert wanted == 0 or merged + len(found.rejects) > 0
