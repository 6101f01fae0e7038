"""A key's life on the command line, and workspaces."""

import asyncio

import asyncpg
import pytest

from sqlrag.domain.access import hash_secret, make_secret, read_prefix
from tests.cli.running import Cli
from tests.conftest import run_sql
from tests.support.owning import name_owner


def test_a_key_is_made_listed_rotated_and_revoked(sqlrag: Cli, url: str) -> None:
    unknown = sqlrag.inside("key", "create", "--role", "reader", code=1).sentence
    assert unknown.startswith('There is no workspace "default"')
    assert "There are no keys. Make one" in sqlrag.inside("key", "list").out
    sqlrag.inside("workspace", "create", "acme")
    words = ("key", "create", "-w", "acme", "--role", "reader", "--principals", "team-a, alice")
    made = sqlrag.inside(*words, "--expires", "90d", "--name", "the intranet")
    secret = made.out.strip()
    prefix = read_prefix(secret)
    assert made.err == 'Keep it now: a key for the reader of workspace "acme", told this once.\n'
    (listed,) = sqlrag.inside("key", "list", "--json").json
    assert (listed["prefix"], listed["workspace"], listed["status"]) == (prefix, "acme", "active")
    assert listed["principals"] == ["team-a", "alice"]
    newer = sqlrag.inside("key", "rotate", prefix, "--grace", "1h", "--json").json
    assert (newer["role"], newer["expires_at"]) == ("reader", listed["expires_at"])
    assert [one["status"] for one in sqlrag.inside("key", "list", "--json").json] == ["active"] * 2
    assert "repeat the command with --yes" in sqlrag.inside("key", "revoke", prefix, code=2).err
    assert sqlrag.inside("key", "revoke", f"sqlrag_{prefix}", "--yes").out == f"Revoked {prefix}.\n"
    assert "that may be used still" in sqlrag.inside("key", "rotate", prefix, code=1).sentence
    run_sql(url, f"UPDATE sqlrag.keys SET expires_at = now() WHERE prefix = '{newer['prefix']}'")
    table = sqlrag.inside("key", "list").out
    assert [line.split()[-3] for line in table.splitlines()[1:]] == ["revoked", "expired"]
    assert "There is no key" in sqlrag.inside("key", "revoke", "nope", "--yes", code=1).sentence
    assert "is no duration" in sqlrag.inside(*words, "--expires", "soon", code=2).err
    for one in (secret, newer["secret"]):
        assert one not in table + asyncio.run(tell_everything(url))


async def tell_everything(url: str) -> str:
    connection = await asyncpg.connect(name_owner(url))
    try:
        rows = await connection.fetch("SELECT k::text FROM sqlrag.keys AS k")
        columns = await connection.fetch("SELECT * FROM rag.keys")
        assert "hash" not in columns[0].keys()  # noqa: SIM118
        return " ".join(row[0] for row in rows)
    finally:
        await connection.close()


def test_workspaces_are_made_listed_shown_and_deleted(sqlrag: Cli) -> None:
    assert "No workspaces yet" in sqlrag.inside("workspace", "list").out
    assert sqlrag.inside("workspace", "create", "acme").out == 'Made workspace "acme".\n'
    again = sqlrag.inside("workspace", "create", "acme", code=1).sentence
    assert again == 'There is a workspace "acme" already; give another name.'
    assert (
        "cannot; use one without /"
        in sqlrag.inside("workspace", "create", "acme/eu", code=1).sentence
    )
    sqlrag.inside("extraction", "-w", "acme", "--gleaning-rounds", 0)
    shown = sqlrag.inside("workspace", "show", "acme")
    assert "gleaning_rounds  0  (set here)" in shown.out
    assert sqlrag.inside("workspace", "list", "--json").json[0]["name"] == "acme"
    sqlrag.inside("key", "create", "-w", "acme", "--role", "admin")
    assert "repeat the command" in sqlrag.inside("workspace", "delete", "acme", code=2).err
    assert (
        sqlrag.inside("workspace", "delete", "acme", "--yes").out == 'Deleted workspace "acme".\n'
    )
    assert sqlrag.inside("key", "list", "--json").json == []
    assert "There is no workspace" in sqlrag.inside("workspace", "show", "acme", code=1).sentence


def test_secrets_are_alike_in_nothing() -> None:
    made = [make_secret() for _ in range(100)]
    assert len({read_prefix(one) for one in made} - {None}) == 100
    assert len({hash_secret(one) for one in made}) == 100
    assert {len(one) for one in made} == {61}


@pytest.mark.parametrize("text", ["", "sqlrag_", "hunter2", "sqlrag_abc_x", "x" * 61])
def test_what_is_no_key_has_no_prefix(text: str) -> None:
    assert read_prefix(text) is None
