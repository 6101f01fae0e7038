"""Spans for OpenTelemetry, where its API is installed; an SDK, and an exporter, are for those who
run the process to set. Of contents, names and keys there is nothing in them.
"""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlrag.logs import read_ids

try:
    from opentelemetry import trace
except ImportError:  # the extra `telemetry`
    trace = None  # type: ignore[assignment]

P = ParamSpec("P")
T = TypeVar("T")
_OPERATIONS = {"embedding": "embeddings", "rerank": "rerank"}  # others are of kind chat
_TOLD = ("request", "workspace", "job", "kind")


def traced(
    name: str,
) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """Each call of a coroutine is a span, in which others are that it begins."""

    def declare(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        if trace is None:
            return work

        @wraps(work)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            with _span(name) as span:
                try:
                    return await work(*args, **kwargs)
                finally:
                    ids = {f"sqlrag.{key}": read_ids().get(key) for key in _TOLD}
                    span.set_attributes({key: one for key, one in ids.items() if one is not None})

        return run

    return declare


Tokens = tuple[int | None, int | None]


@contextmanager
def model_call(
    kind: str, model: str, host: str, streams: bool = False
) -> Iterator[Callable[[Tokens], None]]:
    """A span by the conventions for generative AI; yields what takes the tokens read and written.

    One that `streams` is over several steps of a generator, between which others may begin spans.
    """
    if trace is None:
        yield lambda tokens: None
        return
    operation = _OPERATIONS.get(kind, "chat")
    attributes = {
        "gen_ai.operation.name": operation,
        "gen_ai.request.model": model,
        "server.address": host,
    }
    given = f"{operation} {model}", trace.SpanKind.CLIENT, attributes
    with _apart(*given) if streams else _span(*given) as span:

        def take(tokens: Tokens) -> None:
            for direction, count in zip(("input", "output"), tokens, strict=True):
                if count is not None:
                    span.set_attribute(f"gen_ai.usage.{direction}_tokens", count)

        yield take


@contextmanager
def _span(name: str, kind: Any = None, attributes: Any = None) -> Iterator[Any]:
    starting = trace.get_tracer("sqlrag").start_as_current_span(
        name,
        kind=kind or trace.SpanKind.INTERNAL,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )
    with starting as span, _telling(span):
        yield span


@contextmanager
def _apart(name: str, kind: Any, attributes: Any) -> Iterator[Any]:
    span = trace.get_tracer("sqlrag").start_span(name, kind=kind, attributes=attributes)
    try:
        with _telling(span):
            yield span
    finally:
        span.end()


@contextmanager
def _telling(span: Any) -> Iterator[None]:
    """An error is told by its kind alone: its sentence may name what is nobody's business."""
    try:
        yield
    except Exception as error:
        what = getattr(error, "kind", type(error).__name__)
        span.set_attribute("error.type", what)
        span.set_status(trace.StatusCode.ERROR, what)
        raise
