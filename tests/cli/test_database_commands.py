import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click import Context
from click.testing import CliRunner

from sqlrag.doors.cli import main
from tests.cli.running import Cli, finish


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from sqlrag.doors.cli import main; main(['--help'], standalone_mode=False);"
        "print({'openai', 'rich', 'pydantic', 'sqlalchemy', 'asyncpg', 'numpy', 'msgspec'}"
        "& set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("set()\n")


def test_without_an_endpoint_the_openai_client_is_not_imported(library: Cli) -> None:
    done = finish(library.start("status", PYTHONPROFILEIMPORTTIME="1"))
    imported = set(re.findall(r"\| +([\w.]+)$", done.err, re.MULTILINE))
    assert "sqlrag.app" in imported
    assert not imported & {"openai", "sqlalchemy", "alembic", "litestar", "granian"}


def test_every_command_explains_itself() -> None:
    context = Context(main)
    for name in main.list_commands(context):
        shown = CliRunner().invoke(main, [name, "--help"])
        assert shown.exit_code == 0
        command = main.get_command(context, name)
        assert command
        assert command.help
        if name in ("ingest", "ask", "search", "eval", "delete", "psql", "migrate"):
            assert f"Examples:\n    sqlrag {name}" in shown.output
    assert set(main.commands) == set(main.table), "those of the graph stay in its group"
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2


def test_migrating_goes_up_and_back_and_up_again(empty_url: str, tmp_path: Path) -> None:
    sqlrag = Cli(tmp_path, {"DATABASE_URL": empty_url})
    assert "run sqlrag migrate on it" in sqlrag.inside("status", code=1).sentence
    assert sqlrag("migrate").out == "The database is migrated.\n"
    sqlrag.inside("ingest", "-", stdin=b"Some words.")
    assert "repeat the command with --yes" in sqlrag.inside("migrate", "-1", code=2).err
    assert sqlrag("migrate", "base", "--yes").out == "Migrated to base.\n"
    assert "run sqlrag migrate on it" in sqlrag.inside("ask", "words", code=1).sentence
    sqlrag.inside("migrate")
    assert "No workspaces yet" in sqlrag.inside("status").out
    unknown = sqlrag.inside("migrate", "nonsense", code=1).sentence
    assert unknown.startswith("The database cannot be migrated to nonsense")


def test_psql_runs_on_the_same_database_and_keeps_its_exit_code(library: Cli) -> None:
    found = library("psql", "-At", "-c", "SELECT title FROM rag.search('default', 'lamp')")
    assert found.out == "lamp\n"
    assert (
        'relation "nonsense" does not exist' in library("psql", "-c", "TABLE nonsense", code=1).err
    )


def test_an_embedding_is_a_literal_that_psql_reads_back(library: Cli) -> None:
    vector = library("embed", "-", stdin=b"der Leuchtturm").out.strip()
    assert re.fullmatch(r"\[-?\d[-\d.e,]+\]", vector)
    same = library("psql", "-At", "-c", f"SELECT '{vector}'::vector::text = '{vector}'")
    assert same.out == "t\n"
    lamp = library.inside("embed", "lamp of the lighthouse").out.strip()
    best = f"SELECT title FROM rag.search('default', 'lamp', '{lamp}'::vector) WHERE rank = 1"
    assert library("psql", "-At", "-c", best).out == "lamp\n"
    assert "There is no text to embed" in library.inside("embed", " ", code=2).err


def test_a_taken_port_is_named_before_anything_starts(library: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = library.inside("serve", "--port", port, code=1)
    assert done.sentence == (
        f"cannot listen on 127.0.0.1:{port} (Address already in use); "
        "choose another with --host and --port."
    )


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses at which a server was started, each of which is over at once."""
    for name in ("SQLRAG_WORKSPACE", "SQLRAG_HOST"):  # which serve sets, for its workers
        monkeypatch.setenv(name, "default")
        monkeypatch.delenv(name)
    served: list[str] = []

    class Server:
        def __init__(self, target: str, address: str, **more: object) -> None:
            served.append(address)

        def serve(self) -> None: ...

    monkeypatch.setattr("granian.Granian", Server)
    return served


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_without_a_key_a_server_says_that_it_is_open_to_this_machine(
    library: Cli, served: list[str], host: str
) -> None:
    told = library.inside("serve", "--host", host, "--port", free_port(), "--no-worker").err
    assert served == [host]
    assert "Open: there is no key" in told
    assert "sqlrag key create --every-workspace --role admin" in told


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_without_a_key_no_other_is_served(library: Cli, served: list[str], host: str) -> None:
    refused = library.inside("serve", "--host", host, "--port", free_port(), code=1)
    assert served == []
    assert refused.sentence == (
        f"nobody can be let in at {host}, since there is no key yet; "
        "make one: sqlrag key create --every-workspace --role admin"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_server_that_takes_tokens_is_open_to_nobody_and_needs_no_key(
    library: Cli, served: list[str], host: str
) -> None:
    words = ("serve", "--host", host, "--port", free_port(), "--no-worker")
    issuer: Any = {"SQLRAG_OIDC_ISSUER": "https://idp.example.org"}
    refused = library.inside(*words, code=1, **issuer)
    assert refused.sentence.startswith("SQLRAG_OIDC_ISSUER is set without SQLRAG_OIDC_AUDIENCE")
    assert served == []
    rights = {"DEFAULT_ROLE": "reader", "DEFAULT_WORKSPACE": "*", "AUDIENCE": "rag"}
    settings: Any = issuer | {f"SQLRAG_OIDC_{name}": value for name, value in rights.items()}
    assert "Open" not in library.inside(*words, **settings).err
    assert served == [host]


def test_a_server_is_started_with_a_key_of_which_the_hash_is_kept(
    sqlrag: Cli, served: list[str]
) -> None:
    keys = [f"sqlrag_{letter * 10}_{letter * 64}" for letter in "ab"]
    words = ("serve", "--host", "0.0.0.0", "--port", free_port(), "--no-worker")
    first = sqlrag.inside(*words, SQLRAG_ADMIN_KEY=keys[0])
    assert served == ["0.0.0.0"]
    assert "Open" not in first.err
    sqlrag.inside(*words, SQLRAG_ADMIN_KEY=keys[0])
    (sqlrag.folder / "key").write_text(keys[1] + "\n")
    sqlrag.inside(*words, SQLRAG_ADMIN_KEY_FILE=str(sqlrag.folder / "key"))
    listed = sqlrag.inside("key", "list", "--json").json
    assert [(one["prefix"], one["role"], one["status"]) for one in listed] == [
        ("a" * 10, "admin", "revoked"),
        ("b" * 10, "admin", "active"),
    ]
    taken = sqlrag.inside(*words, SQLRAG_ADMIN_KEY=keys[1][:-1] + "A", code=1)
    assert taken.sentence.startswith("SQLRAG_ADMIN_KEY begins as another key does; make one")
    assert sqlrag.inside("key", "list", "--json").json == listed
    junk = sqlrag.inside(*words, SQLRAG_ADMIN_KEY="hunter2", code=1)
    assert junk.sentence.startswith("SQLRAG_ADMIN_KEY is no key; make one")
    missing = sqlrag.inside(*words, SQLRAG_ADMIN_KEY_FILE="/nowhere", code=1)
    assert missing.sentence.startswith("SQLRAG_ADMIN_KEY_FILE names /nowhere, which cannot be read")
