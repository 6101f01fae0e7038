"""A server is not ready where the database is not that of its version, and problems say which
line of the log tells more."""

import asyncio

import asyncpg

from sqlrag.database.every import function_fingerprint
from tests.support.owning import name_owner


def run(url: str, statement: str) -> None:
    async def once() -> None:
        connection = await asyncpg.connect(name_owner(url))
        await connection.execute(statement)
        await connection.close()

    asyncio.run(once())


def test_a_server_of_another_version_is_not_ready(client, api_url):
    assert client.get("/health/ready").status_code == 200
    laid = function_fingerprint()
    run(api_url, "COMMENT ON TABLE sqlrag.alembic_version IS 'functions of tomorrow'")
    try:
        answer = client.get("/health/ready")
    finally:
        run(api_url, f"COMMENT ON TABLE sqlrag.alembic_version IS '{laid}'")
    assert answer.status_code == 503
    assert "run sqlrag migrate" in answer.json()["detail"]
    assert client.get("/health/ready").status_code == 200


def test_a_problem_has_the_id_of_its_request(client):
    answer = client.get("/v1/documents/4711", headers={"X-Request-ID": "mine-17"})
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"] == "mine-17"
    answer = client.get("/v1/documents/4711")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"] != ""
