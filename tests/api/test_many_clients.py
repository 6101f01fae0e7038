"""64 clients at once write, ask, edit and export, and what is left is what a rebuild makes.

uv run pytest -m heavy tests/api/test_many_clients.py -s
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import numpy as np
import pytest

from tests.api.serving import serve
from tests.benchmarks.workload import entity_name, make_chunk

IS_SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
CLIENTS = 64
SECONDS = 15 if IS_SHORT else 180
P99 = 0.25  # seconds of /health/live
MODES = ("auto", "naive", "multihop", "local", "global", "hybrid", "mix", "bypass")
KEYS = 4  # documents of a client
CHUNKS = 400  # from which texts are made
SHARED = "shared"
FIRST = {"id": "first", "text": "A text."}


@dataclass
class Client:
    """One that knows what it has put in: no other writes the same keys and names."""

    number: int
    http: httpx.AsyncClient
    done: Counter[str]
    documents: dict[str, str] = field(default_factory=dict)
    entities: set[str] = field(default_factory=set)

    async def work(self, until: float) -> None:
        chance = random.Random(self.number)
        steps = [self.put] * 2 + [self.ask] * 3
        steps += [self.delete, self.retrieve, self.read, self.edit, self.export]
        while time.monotonic() < until:
            step = chance.choice(steps)
            await step(chance)
            self.done[step.__name__] += 1

    async def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        where = f"/v1/workspaces/{SHARED}/{path}"
        answer = await self.http.request(method, where, **given)
        assert answer.is_success, (method, path, given, answer.status_code, answer.text[:500])
        return answer

    async def put(self, chance: random.Random) -> None:
        """New documents and others in their place, one or several at a time."""
        keys = {f"{self.number}/{chance.randrange(KEYS)}" for _ in range(chance.randint(1, 3))}
        texts = {
            key: "\n\n".join(make_chunk(chance.randrange(CHUNKS), 80) for _ in range(3))
            for key in keys
        }
        sent = [{"id": key, "text": text, "language": "english"} for key, text in texts.items()]
        answer = await self.send("POST", "documents", json={"documents": sent})
        assert {one["outcome"] for one in answer.json()["results"]} <= {
            "added",
            "updated",
            "unchanged",
        }
        self.documents |= texts

    async def delete(self, chance: random.Random) -> None:
        if self.documents:
            key = chance.choice(sorted(self.documents))
            gone = await self.send("DELETE", "documents", params={"source_key": key})
            assert [one["source_key"] for one in gone.json()["deleted"]] == [key]
            del self.documents[key]

    async def ask(self, chance: random.Random) -> None:
        name = entity_name(chance.randrange(CHUNKS * 10))
        asked = {"question": f"With whom does {name} trade?", "mode": chance.choice(MODES)}
        path = chance.choice(["query", "query/stream"])
        answer = await self.send("POST", path, json=asked)
        assert path == "query" or "event: done" in answer.text, answer.text[-500:]

    async def retrieve(self, chance: random.Random) -> None:
        asked = {"question": "What is known?", "mode": chance.choice(MODES[1:]), "top_k": 10}
        await self.send("POST", "query/data", json=asked)

    async def read(self, chance: random.Random) -> None:
        lists = ["graph/popular", "graph/duplicates", "documents", "graph/cost-by-day"]
        await self.send("GET", chance.choice(lists))
        if self.entities:
            told = {"name": chance.choice(sorted(self.entities))}
            paths = ["entity", "neighbours", "subgraph", "similar", "where-said"]
            await self.send("GET", f"graph/{chance.choice(paths)}", params=told)

    async def edit(self, chance: random.Random) -> None:
        name = f"Hand {self.number} {chance.randrange(3)}"
        if name in self.entities and chance.random() < 0.5:
            await self.send("DELETE", "graph/entities", params={"name": name})
            self.entities.discard(name)
        elif name in self.entities:
            changed = {"name": name, "new_description": f"It is {chance.random()}."}
            await self.send("PATCH", "graph/entities", json=changed)
        else:
            await self.send("POST", "graph/entities", json={"name": name})
            self.entities.add(name)

    async def export(self, chance: random.Random) -> None:
        asked = chance.choice([{"format": "graphml"}, {"format": "csv", "kind": "relations"}])
        await self.send("GET", "graph/export", params=asked)


@pytest.fixture
def served(url: str, tmp_path: Path) -> Iterator[str]:
    with serve("sqlrag", tmp_path, DATABASE_URL=url, SQLRAG_MODELS="offline") as address:
        httpx.post(f"{address}/v1/workspaces/{SHARED}/documents", json=FIRST, timeout=60)
        yield address


async def work_at_once(address: str) -> list[Client]:
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as http:
        done: Counter[str] = Counter()
        clients = [Client(number, http, done) for number in range(CLIENTS)]
        until = time.monotonic() + SECONDS
        async with asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(client.work(until))
    print("\n", dict(done))
    assert all(
        done[step] for step in ("put", "delete", "ask", "retrieve", "read", "edit", "export")
    )
    return clients


async def rebuild(address: str, clients: list[Client]) -> None:
    """Another workspace, of what remained."""
    documents = {"first": "A text."}
    for client in clients:
        documents |= client.documents
    async with httpx.AsyncClient(base_url=f"{address}/v1/workspaces/anew", timeout=300) as http:
        for client in clients:
            for name in sorted(client.entities):
                await http.post("graph/entities", json={"name": name})
        listed = list(documents.items())
        for at in range(0, len(listed), 50):
            sent = [
                {"id": key, "text": text} | ({"language": "english"} if key != "first" else {})
                for key, text in listed[at : at + 50]
            ]
            (await http.post("documents", json={"documents": sent})).raise_for_status()


async def count(connection: asyncpg.Connection, workspace: str) -> dict[str, int]:
    number = await connection.fetchval(
        "SELECT workspace_id FROM sqlrag.workspaces WHERE name = $1", workspace
    )
    tables = [
        "documents",
        "chunks",
        "chunk_embeddings",
        "chunk_terms",
        "entities",
        "mentions",
        "relations",
        "evidence",
    ]
    return {
        table: await connection.fetchval(
            f"SELECT count(*) FROM sqlrag.{table} WHERE workspace_id = $1", number
        )
        for table in tables
    }


@pytest.mark.heavy
async def test_many_clients_meet_no_error_and_leave_what_a_rebuild_makes(
    served: str, connection: asyncpg.Connection
) -> None:
    probe = [sys.executable, "-m", "tests.api.probe", served]
    with subprocess.Popen(probe, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as probing:
        clients = await work_at_once(served)
        told, _ = probing.communicate()
    took = json.loads(told)
    p50, p99 = np.percentile(took, [50, 99])
    print(f"/health/live, {len(took)} times: p50 {p50:.3f} s, p99 {p99:.3f}, most {max(took):.3f}")
    await rebuild(served, clients)
    assert await count(connection, SHARED) == await count(connection, "anew")
    assert IS_SHORT or p99 <= P99
