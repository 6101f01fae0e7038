"""Records are found in whatever form a model writes them."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlrag.domain.names import name_key
from sqlrag.prompts.replies import read_reply
from tests.support.extraction import entity, gather, relation, reply

SIZES = 12_000, 96_000  # characters
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


HOSTILE = {
    "escapes": '\\"',
    "open braces": "{",
    "open records": '{"a": "',
    "commas": ",",
    "open brackets and quotes": '["',
    "labels": '"entities": [',
    "tuples": '("entity"<|>a<|>b##',
    "thoughts": "<think>",
}


def measure(text: str) -> float:
    """Seconds of processor time, the least of three runs."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        read_reply(text)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("opening", ["", '{"entities": ['])
@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_reply_eight_times_as_long_takes_about_eight_times_as_long(kind, opening):
    """A quadratic reader would take 64 times as long."""
    short, long = (opening + HOSTILE[kind] * (size // len(HOSTILE[kind])) for size in SIZES)
    assert measure(long) < 24 * measure(short) + 0.02


WHOLE = PLAIN[: PLAIN.index(', {"name": "Bob"')]
junk = st.text(alphabet='{}[]",:\\\n<|>()#abz1 ') | st.text()


@settings(max_examples=150, deadline=None)
@given(junk)
def test_whatever_follows_a_whole_record_it_is_kept(text):
    found = gather(WHOLE + text)
    assert found.entities[0].name == "Ada"


@settings(max_examples=150, deadline=None)
@given(junk, junk)
def test_nothing_is_named_that_is_not_written(before, after):
    """And what is written is never lost without a word: a name, a relation or a reject."""
    text = before + '{"name": "Ada"' + after
    found = gather(text)
    written = "".join(text.split())
    for one in found.entities:
        assert "\\" in text or "".join(one.name.split()) in written
    assert found.entities or found.rejects


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)


def names_of(found) -> set[str]:
    return {name_key(one.name) for one in found.entities}


@settings(max_examples=150, deadline=None)
@given(st.lists(json_values, max_size=4), st.lists(json_values, max_size=4))
def test_every_record_is_either_used_or_rejected_whatever_stands_beside_it(entities, triples):
    records = [("entities", one) for one in entities] + [("triples", one) for one in triples]
    alone = [gather(json.dumps({kind: [value]})) for kind, value in records]
    for (_, value), one in zip(records, alone, strict=True):
        assert len(one.rejects) == (value is not None and not one.entities), "a null says nothing"
    together = gather(json.dumps({"entities": entities, "triples": triples}))
    assert len(together.rejects) == sum(len(one.rejects) for one in alone)
    assert names_of(together) == set().union(*map(names_of, alone))
    ends = {name for one in together.relations for name in (one.source, one.target)}
    assert ends <= {one.name for one in together.entities}
