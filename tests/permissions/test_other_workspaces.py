"""Every door of HTTP, asked with the key of one workspace for what is in another."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx

from sqlrag.app import Rag
from sqlrag.database.naming import guarded_tables
from sqlrag.domain.documents import Source
from sqlrag.settings import Settings
from tests.api.serving import serve
from tests.api.test_keys import TABLE
from tests.conftest import HASHING, make_database, run_sql
from tests.permissions.test_doors import QUERIES, QUESTION, SECRET, WORDS, body_of
from tests.support.owning import name_owner

# What is kept of who asked, and what ages by itself.
_OF_WHO_ASKS = {"keys", "audit", "replies", "conversations", "turns"}


async def fill(database: str) -> tuple[dict[str, list[str]], str]:
    """A workspace with a secret, the ids of what is in it, and the key of another workspace."""
    async with Rag.open(database, settings=Settings(_env_file=None, **HASHING)) as every:
        for name in ("acme", "rival"):
            await every.create_workspace(name)
        acme = every.in_workspace("acme")
        await acme.insert([SECRET, f"{SECRET} Again."], ["ledger-of-secrets.md", "more.md"])
        await every.in_workspace("rival").insert("Nils Holm sold a mill.", "mill.md")
        track = await acme.enqueue_documents(Source.of_text(SECRET, "later.md"))
        job = await acme.enqueue_question(QUESTION)
        begun = await acme.create_conversation("Zanzibarium")
        ids = {
            "document_id": [str(one.document_id) for one in await acme.list_documents()],
            "job_id": [str(job.job_id)],
            "track_id": [str(track.track_id)],
            "conversation_id": [str(begun.conversation_id)],
            "vector_store_id": ["acme"],
            "prefix": [(await acme.create_key("reader")).secret.split("_")[1]],
        }
        ids["file_id"] = [f"file-{one}" for one in ids["document_id"]]
        return ids, (await every.in_workspace("rival").create_key("admin")).secret


def requests(ids: dict[str, list[str]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Of its own workspace with the ids of the other, and of the other's address."""
    for line in TABLE:
        method, path = line.split(" ")
        for workspace in ("/rival", "/acme", ""):
            whole = path.replace("/v1/workspaces/{workspace}", f"/v1/workspaces{workspace}")
            if not workspace:
                whole = path.replace("/workspaces/{workspace}", "")
            if whole == "/v1/workspaces/rival" and method == "DELETE":
                continue
            for place in range(2):
                at = re.sub("{(.*?)}", lambda name: pick(ids, name[1], place), whole)  # noqa: B023
                query = next((f"?{q}" for end, q in QUERIES.items() if at.endswith(end)), "")
                body = {} if method in ("GET", "DELETE") else body_of(method, path)
                if not at.endswith("/events"):
                    yield method, at + query, body


def pick(ids: dict[str, list[str]], name: str, place: int) -> str:
    known = ids.get(name, ["1"])
    return known[place % len(known)]


async def count(database: str, workspace: str) -> dict[str, Any]:
    """The rows of a workspace in each table, and what they are."""
    connection = await asyncpg.connect(name_owner(database))
    find = "SELECT workspace_id FROM rag.workspaces WHERE name = $1"
    workspace_id = await connection.fetchval(find, workspace)
    found = {}
    for table in sorted(guarded_tables() - _OF_WHO_ASKS):
        found[table] = await connection.fetchrow(
            f"""SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')
            FROM sqlrag.{table} AS t WHERE workspace_id = $1""",
            workspace_id,
        )
    await connection.close()
    return found


def test_no_door_reaches_another_workspace(server_url: str, template: str, tmp_path: Path) -> None:
    """By a server that Postgres shows one workspace at a time."""
    database = make_database(server_url, template)
    role = f"serves_{urlsplit(database).path[1:]}"
    run_sql(database, f"CREATE ROLE {role} LOGIN")
    run_sql(database, f"SELECT rag.grant_workspace(NULL, '{role}', 'server')")
    ids, key = asyncio.run(fill(database))
    before = asyncio.run(count(database, "acme"))
    settings = {"DATABASE_URL": database.replace("//postgres@", f"//{role}@", 1)}
    settings |= {"SQLRAG_MODELS": "offline", "SQLRAG_ALLOW_OWNER": "false"}
    settings["SQLRAG_EMBEDDING_MODEL"] = HASHING["embedding_model"]
    told: dict[Any, Any] = {}
    statuses: dict[int, int] = {}
    with (
        serve("granian", tmp_path, **settings) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        for method, path, body in requests(ids):
            headers = {"authorization": f"Bearer {key}"} | body.pop("headers", {})
            answer = client.request(method, path, headers=headers, **body)
            text = answer.text.lower().replace(QUESTION.lower(), "")
            at = path.lower().replace("+", " ")
            said = [word for word in WORDS if word in text and word not in at]
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            if said or answer.status_code >= 500:
                told[method, path] = answer.status_code, said, answer.text[:300]
            if "/workspaces/acme" in path:
                assert answer.status_code in (400, 403, 405), (method, path, answer.text[:300])
    assert told == {}
    assert statuses[404] > 50
    assert statuses[200] > 50
    assert asyncio.run(count(database, "acme")) == before
    run_sql(database, f"DROP OWNED BY {role}; DROP ROLE {role}")
