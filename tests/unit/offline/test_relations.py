"""Relations by sentences: weighed by mutual information, hubs pruned, quoted."""

import math

import pytest

from sqlrag.domain.graph import ExtractionOptions
from sqlrag.offline.extractor import extract_document
from sqlrag.offline.extractor.relations import find_keywords, prune_hubs, weigh_pairs
from tests.support.extraction import extract, make_document


def test_names_that_only_occur_together_weigh_1():
    assert weigh_pairs([["a", "b"], ["c"], ["d"]]) == {("a", "b"): 1.0}


def test_independent_names_have_no_relation():
    assert weigh_pairs([["a", "b"], ["a"], ["b"], ["c"]]) == {}


def test_the_weight_is_normalised_mutual_information():
    weights = weigh_pairs([["a", "b"], ["b", "a"], ["a"], ["c"], ["c"], ["c"], ["c"], ["c"]])
    assert weights[("a", "b")] == pytest.approx(
        math.log(2 / 8 / (3 / 8 * 2 / 8)) / -math.log(2 / 8)
    )


def test_a_hub_keeps_its_strongest_pairs_and_others_keep_theirs():
    weights = {("hub", f"n{i:02}"): 1.0 - i / 100 for i in range(20)}
    weights |= {(f"m{j}", f"n{i:02}"): 2.0 for i in range(10, 20) for j in range(3)}
    kept = prune_hubs(weights, strongest=3)
    assert {pair for pair in kept if "hub" in pair} == {("hub", f"n{i:02}") for i in range(10)}


def test_a_relation_is_quoted_and_has_the_words_between():
    (found,) = extract("It rained. Sam Altman reorganized Y Combinator in May.")
    (one,) = found.relations
    assert (one.source, one.target, one.keywords) == ("Sam Altman", "Y Combinator", "reorganized")
    assert one.description == "Sam Altman reorganized Y Combinator in May."
    assert one.weight == 1.0


def test_in_one_chunk_the_weight_counts_sentences():
    (found,) = extract("We saw Ann Lee with Bo Ray. Then Bo Ray left Ann Lee. Only Ann Lee wept.")
    assert [one.weight for one in found.relations] == [2.0]


def test_names_in_different_sentences_have_no_relation():
    (found,) = extract("We saw Ann Lee. Then came Bo Ray.")
    assert found.relations == ()


def test_keywords_leave_out_names_and_common_words():
    assert find_keywords(" was then founded by the brother of ") == "founded, brother"
    assert find_keywords(" x " * 40) == ""


def test_caps_hold_and_ends_are_entities():
    text = " ".join(f"We saw Ann L{a}la with Bo R{b}ra." for a in "abcdefgh" for b in "abcdefgh")
    options = ExtractionOptions(max_entities=7, max_relations=5)
    (found,) = extract_document(make_document(text), options)
    assert (len(found.entities), len(found.relations)) == (7, 5)
    names = {entity.name for entity in found.entities}
    assert all({one.source, one.target} <= names for one in found.relations)
