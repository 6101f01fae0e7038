"""The measures of evaluations, by examples worked out by hand."""

import pytest

from sqlrag.domain.evaluation import MeasuredQuestion
from sqlrag.rag.measures import (
    compare,
    fold,
    normalise_answer,
    score_answer,
    score_ranking,
    summarise,
)


def measured(recall: float, kind: str = "", milliseconds: float = 1.0) -> MeasuredQuestion:
    return MeasuredQuestion(
        "q", "?", kind, ("a",), ("a",), {"recall@2": recall}, milliseconds, rows_read=10
    )


def test_a_ranking_is_scored_by_what_stands_among_the_first() -> None:
    scores = score_ranking(["a", "x", "b", "y"], frozenset("ab"), [1, 2, 5])
    assert scores["recall@1"] == scores["recall@2"] == 0.5
    assert scores["recall@5"] == scores["all@5"] == 1.0
    # Gains 1 and 1/2 of ideally 1 and 1/log2(3).
    assert scores["ndcg@10"] == pytest.approx(1.5 / (1 + 0.6309297))
    assert score_ranking([], frozenset("ab"), [2])["all@5"] == 0.0


@pytest.mark.parametrize(
    ("answer", "right", "exact", "f1"),
    [
        ("The Eiffel Tower.", ["eiffel tower"], 1.0, 1.0),
        ("It is in Paris [1][2]", ["Paris"], 0.0, 0.4),
        ("yes", ["no", "Yes!"], 1.0, 1.0),
        ("", ["Paris"], 0.0, 0.0),
        ("London", ["Paris"], 0.0, 0.0),
    ],
)
def test_an_answer_is_scored_against_the_nearest_right_one(
    answer: str, right: list[str], exact: float, f1: float
) -> None:
    assert score_answer(answer, right) == {"exact_match": exact, "f1": pytest.approx(f1)}


def test_answers_are_compared_without_articles_punctuation_and_citations() -> None:
    assert normalise_answer("  The  U.S. Navy, [12, 3] ") == "us navy"


def test_a_summary_has_means_times_intervals_and_types() -> None:
    summary = summarise([measured(1.0, "easy", 2.0), measured(0.0, "hard", 4.0)])
    assert summary["recall@2"] == 0.5
    assert summary["p50_ms"] == 3.0
    assert summary["rows_read"] == 10
    assert summary["types"]["hard"] == {"recall@2": 0.0, "questions": 1}
    low, high = summary["intervals"]["recall@2"]
    assert low == 0.0
    assert high == 1.0


def test_a_comparison_pairs_question_with_question() -> None:
    better = [measured(1.0)] * 9 + [measured(0.0)]
    worse = [measured(0.0)] * 10
    compared = compare(better, worse)["recall@2"]
    assert compared["difference"] == pytest.approx(0.9)
    assert 0.6 < compared["low"] < 0.9 < compared["high"] <= 1.0
    assert compare(better, better)["recall@2"] == {"difference": 0.0, "low": 0.0, "high": 0.0}


def test_questions_may_have_measures_of_their_own() -> None:
    quoted = MeasuredQuestion("p", "?", "", (), (), {"refused": 1.0}, 1.0, 0)
    summary = summarise([measured(0.5), quoted])
    assert (summary["recall@2"], summary["refused"]) == (0.5, 1.0)


def test_line_breaks_case_and_the_shape_of_marks_make_no_difference() -> None:
    assert fold("Isn’t the LAST\ncool\u00ad thing") == fold("isn't the last  cool thing")
    assert fold("人工\n智能") == fold("人工智能")
    assert fold("14.51 billion") not in fold("1.451 billion")
