"""The table of tests.benchmarks.questions."""

from pathlib import Path

from tests.benchmarks.questions import QuestionSet, make_rows

NAIVE = {"recall@1": 0.900, "recall@5": 0.95, "ndcg@10": 0.9, "p50_ms": 5.0}


def test_a_mode_more_than_half_a_point_below_naive_is_marked() -> None:
    after = {"naive": NAIVE, "mix": NAIVE | {"recall@1": 0.894, "recall@5": 0.946, "p50_ms": 9.0}}
    before = {"naive": NAIVE, "mix": NAIVE | {"recall@1": 0.5}}
    rows = list(make_rows(QuestionSet(Path("plain/a")), before, after))
    assert [row["mix"] for row in rows] == [
        "50.0 → 89.4 ✗", "95.0 → 94.6", "90.0 → 90.0", "5.0 → 9.0",
    ]  # fmt: skip
    assert rows[0]["naive"] == "90.0 → 90.0"
    (first, *_) = make_rows(QuestionSet(Path("retrieval/a")), None, after)
    assert first["mix"] == "89.4"
