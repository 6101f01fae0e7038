"""Spans tell what was done and what it took, and nothing of what was said."""

from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import ModelError
from sqlrag.settings import Settings
from tests.rag.asking import open_rag
from tests.stub_openai import EMBEDDINGS, StubOpenAI
from tests.support.jobs import do_jobs

_exporter = InMemorySpanExporter()


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """Of a process there is one provider."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(_exporter))
        trace.set_tracer_provider(provider)
    _exporter.clear()
    return _exporter


def parents(spans: InMemorySpanExporter) -> list[tuple[str, str | None]]:
    finished = spans.get_finished_spans()
    names = {one.context.span_id: one.name for one in finished if one.context}
    return [(one.name, one.parent and names.get(one.parent.span_id)) for one in finished]


def find(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(one for one in spans.get_finished_spans() if one.name == name)


async def test_a_job_a_question_and_their_calls_are_spans(
    url: str, spans: InMemorySpanExporter, home: Path
) -> None:
    secret = "The lamp of Orlenko was lit."
    with StubOpenAI() as stub:
        given: dict[str, Any] = {"openai_base_url": stub.base_url, "extraction": "off"}
        settings = Settings(_env_file=None, home=home, openai_api_key="sk-stub-0123", **given)
        async with open_rag(url, stub) as rag:
            await rag.enqueue_documents(Source.of_text(secret, "orlenko.txt"))
            await do_jobs(url, settings)
            assert ("embeddings text-embedding-3-small", "ingest") in parents(spans)
            assert ("ingest", "job") in parents(spans)
            job = find(spans, "job").attributes
            assert job
            assert (job["sqlrag.workspace"], job["sqlrag.kind"]) == ("default", "ingest")
            spans.clear()
            await rag.summarize()
            await rag.search("Who lit Orlenko's lamp?")
            (retrieval,) = [pair for pair in parents(spans) if pair[0] == "retrieve"]
            assert retrieval == ("retrieve", None)
            await rag.query("When was it lit, Orlenko?")
            assert ("retrieve", "question") in parents(spans)
            told = " ".join(one.to_json() for one in spans.get_finished_spans())
            assert "rlenko" not in told
            assert "sk-stub" not in told


async def test_a_call_tells_its_tokens_and_an_error_its_kind(
    url: str, spans: InMemorySpanExporter
) -> None:
    with StubOpenAI() as stub:
        async with open_rag(url, stub, extraction="auto", gleaning_rounds=0) as rag:
            await rag.insert("The lamp was lit.", "lamp")
            await rag.query("When was it lit?")
            assert ("chat gpt-4o-mini", "question") in parents(spans)
            chats = [one for one in spans.get_finished_spans() if one.name == "chat gpt-4o-mini"]
            calls: list[Any] = [one.attributes for one in chats]
            assert {one["gen_ai.operation.name"] for one in calls} == {"chat"}
            assert {one["gen_ai.request.model"] for one in calls} == {"gpt-4o-mini"}
            days = await rag.graph.cost_by_day()
            assert len(calls) == sum(day.calls for day in days)
            for counted, told in (("prompt_tokens", "input"), ("completion_tokens", "output")):
                found = sum(one[f"gen_ai.usage.{told}_tokens"] for one in calls)
                assert found == sum(getattr(day, counted) for day in days)
            spans.clear()
            stub.behave(EMBEDDINGS, "401")
            with pytest.raises(ModelError):
                await rag.query("Who?")
            for name in ("question", "embeddings text-embedding-3-small"):
                failed = find(spans, name)
                assert failed.status.description == "model-error"
                assert not failed.events
