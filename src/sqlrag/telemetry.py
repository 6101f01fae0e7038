"""What a process counts of itself, in the words of Prometheus; no contents, no keys."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

COUNTED = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_requests = Histogram(
    "sqlrag_request_seconds",
    "Until an answer begins, by operation and status.",
    ("operation", "status"),
    registry=COUNTED,
    buckets=_SECONDS,
)
_stages = Histogram(
    "sqlrag_stage_seconds",
    "Of questions and of jobs, by stage.",
    ("work", "stage"),
    registry=COUNTED,
    buckets=_SECONDS,
)
_calls = Counter(
    "sqlrag_model_calls",
    "Calls of chat models that were made, by purpose and whether they failed.",
    ("model", "purpose", "outcome"),
    registry=COUNTED,
)
_tokens = Counter(
    "sqlrag_model_tokens",
    "As endpoints counted them.",
    ("model", "purpose", "direction"),
    registry=COUNTED,
)


def time_request(operation: str, status: int, seconds: float) -> None:
    _requests.labels(operation, status).observe(seconds)


def time_stages(work: str, seconds: Mapping[str, float]) -> None:
    """Of a question, or of a kind of job."""
    for stage, one in seconds.items():
        _stages.labels(work, stage).observe(one)


def count_call(
    model: str, purpose: str, failed: bool, read: int | None = None, written: int | None = None
) -> None:
    """A call of a chat model; tokens are None where they are not known."""
    _calls.labels(model, purpose, "failed" if failed else "answered").inc()
    for direction, tokens in (("read", read), ("written", written)):
        _tokens.labels(model, purpose, direction).inc(tokens or 0)


class _Found:
    """What was found elsewhere, as a collector."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def render(found: Iterable[Metric]) -> bytes:
    """All that is counted here, and what was found in the database."""
    elsewhere = CollectorRegistry()
    elsewhere.register(_Found(found))
    return generate_latest(COUNTED) + generate_latest(elsewhere)
