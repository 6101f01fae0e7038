"""The door of Prometheus: what this process counts, and how the queue stands."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp, Receive, Scope, Send
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from sqlrag import telemetry
from sqlrag.domain.errors import DatabaseError
from sqlrag.domain.jobs import QueueDepth
from sqlrag.domain.pacing import Provider
from sqlrag.doors.http.admission import PATIENCE, ROLE, WITHOUT_DATABASE


def measure(app: ASGIApp) -> ASGIApp:
    """Middleware: the time until an answer begins."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                door = scope["route_handler"]
                name = str(getattr(door, "operation_id", None) or door.handler_name)
                telemetry.time_request(name, message["status"], time.perf_counter() - began)
            await send(message)

        await app(scope, receive, note)

    return run


@get("/metrics", include_in_schema=False, opt={ROLE: "admin", WITHOUT_DATABASE: True})
async def read_metrics(state: State) -> Response[bytes]:
    """Also while the database is away, which `sqlrag_database_up` tells."""
    depths: list[QueueDepth] = []
    providers: list[Provider] = []
    try:
        async with asyncio.timeout(PATIENCE):
            depths = await state.rag.storage.fetch_all(QueueDepth, "measure_queue")
            providers = await state.rag.storage.fetch_all(Provider, "list_providers")
        is_up = True
    except (DatabaseError, TimeoutError):
        is_up = False
    body = telemetry.render(_describe(depths, providers, is_up))
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def _describe(depths: list[QueueDepth], providers: list[Provider], is_up: bool) -> Iterator[Metric]:
    yield GaugeMetricFamily("sqlrag_database_up", "Whether Postgres answers.", float(is_up))
    if not is_up:
        return
    jobs = GaugeMetricFamily("sqlrag_jobs", "Jobs by status.", labels=("workspace", "status"))
    oldest = GaugeMetricFamily(
        "sqlrag_jobs_oldest_seconds",
        "How long ago the oldest of them was added.",
        labels=("workspace", "status"),
    )
    alive = 0
    for one in depths:
        if one.workspace is None:
            alive = one.jobs
        else:
            jobs.add_metric((one.workspace, one.status), one.jobs)
            oldest.add_metric((one.workspace, one.status), one.oldest_seconds or 0.0)
    yield from (jobs, oldest)
    yield GaugeMetricFamily("sqlrag_workers_alive", "Workers heard of lately.", alive)
    for name, told in (
        ("per_minute", "What all may call of a model in a minute."),
        ("ready", "How much of it may be called at once; below 0 it was taken ahead."),
    ):
        labels = ("endpoint", "model", "resource")
        limits = GaugeMetricFamily(f"sqlrag_provider_{name}", told, labels=labels)
        for limit in providers:
            named = limit.endpoint, limit.model, limit.resource
            limits.add_metric(named, getattr(limit, name))
        yield limits
