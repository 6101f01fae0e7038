"""URLs as managed hosts hand them out, and what libpq reads beside them."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from sqlrag.database.address import read_address
from sqlrag.database.embedded import psql_command
from sqlrag.database.migrating import migrate
from sqlrag.database.pool import Database
from sqlrag.domain.errors import DatabaseError
from tests.support.ssl_server import SslServer, ssl_server

HOST = "postgresql://me:secret@db.example.org/mine"
# As Neon, Supabase, RDS, Azure, Prisma, Aiven and libpq's manual have them.
HONOURED = [
    "sslmode=require&channel_binding=prefer",
    "sslmode=require&channel_binding=require",
    "pgbouncer=true",
    "schema=public&sslmode=prefer",
    "connect_timeout=10&application_name=mine",
    "keepalives=1&keepalives_idle=30&keepalives_interval=5&keepalives_count=3",
    "gssencmode=disable&client_encoding=UTF8&target_session_attrs=read-write",
    "hostaddr=127.0.0.1&sslmode=require",
    "sslmode=verify-full&sslrootcert=system",
    "options=-c%20statement_timeout%3D5s",
]
REFUSED = {
    "schema=mine": "schemas sqlrag and rag",
    "connection_limit=1": "SQLRAG_POOL_SIZE",
    "gssencmode=require": "encrypt by TLS",
    "statement_timeout=5s": "options=-c%20NAME%3DVALUE",
    "sslmode=strict": "one of allow, disable, prefer, require, verify-ca, verify-full",
    "target_session_attrs=writer": "read-write",
    "require_auth=scram-sha-256": "leave it out",
    "connect_timeout=soon": "no number",
    "sslmode=verify-full": "sslrootcert=system",
    "sslmode=verify-full&sslrootcert=/nowhere.crt": "cannot be read",
    "sslmode=require&sslrootcert=system": "write sslmode=verify-full",
    "hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=system": "leave hostaddr out",
    "service=none": 'no service "none"',
}


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def server() -> Iterator[SslServer]:
    with ssl_server() as started:
        yield started


@pytest.mark.parametrize("query", HONOURED)
def test_what_hosts_write_never_becomes_a_setting_of_the_server(query):
    read = read_address(f"{HOST}?{query}")
    assert set(read.arguments["server_settings"]) <= {"application_name", "options"}
    kept = {name for name, _ in parse_qsl(urlsplit(read.arguments["dsn"]).query)}
    assert kept <= {"sslmode", "host", "target_session_attrs"}


@pytest.mark.parametrize("query", REFUSED)
def test_what_cannot_be_honoured_is_refused_by_its_name(query):
    with pytest.raises(DatabaseError) as caught:
        read_address(f"{HOST}?{query}")
    assert REFUSED[query] in str(caught.value)
    assert any(part.partition("=")[0] in str(caught.value) for part in query.split("&"))
    assert "secret" not in str(caught.value)


def test_each_parameter_is_what_libpq_takes_it_for():
    read = read_address(
        f"{HOST}?connect_timeout=7&application_name=mine&options=-c%20a.b%3D1&hostaddr=10.0.0.7"
        "&keepalives_idle=30&pgbouncer=true"
    )
    assert read.arguments["timeout"] == 7
    assert read.arguments["server_settings"] == {"application_name": "mine", "options": "-c a.b=1"}
    assert read.arguments["dsn"] == "postgresql://me:secret@/mine?host=10.0.0.7"
    assert read.sockets[("IPPROTO_TCP", "TCP_KEEPIDLE")] == 30
    assert read.is_pooled


def test_a_channel_that_has_to_be_bound_has_its_certificate_verified():
    context = read_address(f"{HOST}?sslmode=require&channel_binding=require").arguments["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_url_wins_over_the_service_and_that_over_the_environment(nobodys_home, monkeypatch):
    services = nobodys_home / "services"
    services.write_text("[mine]\nhost=db.example.org\nuser=me\nconnect_timeout=6\nkeepalives=0\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("PGSERVICE", "mine")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "5")
    monkeypatch.setenv("PGAPPNAME", "environment")
    read = read_address("postgresql:///?user=you")
    assert read.arguments["timeout"] == 6
    assert read.arguments["server_settings"] == {"application_name": "environment"}
    assert read.arguments["dsn"].endswith("?host=db.example.org&user=you")


async def test_a_server_of_several_is_chosen_by_what_it_may_do(url):
    gone = f"{url},/nowhere" if "host=" in url else url
    database = Database(f"{gone}&target_session_attrs=read-write&connect_timeout=5", 1)
    await database.open()
    await database.close()
    read_only = Database(f"{url}&target_session_attrs=standby", 1)
    with pytest.raises(DatabaseError):
        await read_only.open()


@pytest.mark.parametrize(
    "query",
    [
        "sslmode=require",
        "sslmode=require&hostaddr=127.0.0.1&keepalives_idle=30&tcp_user_timeout=9000",
        "sslmode=verify-full&sslrootcert={root}&channel_binding=require",
    ],
)
async def test_a_server_that_wants_tls_is_reached(server, query):
    database = Database(f"{server.url}?{query.format(root=server.certificate)}", 1)
    await database.open()
    async with database.connection() as connection:
        asked = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert await connection.fetchval(asked)
        if "keepalives_idle" in query:
            wire = connection._transport.get_extra_info("socket")
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
    await database.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    for query in ("channel_binding=require", "sslmode=verify-full&sslrootcert=system"):
        with pytest.raises(DatabaseError, match="certificate verify failed"):
            await Database(f"{server.url}?{query}", 1).open()


def test_migrating_reads_the_same_addresses(server):
    # Such a server is too old, or has no pgvector: it was reached.
    with pytest.raises(DatabaseError, match="pgvector"):
        migrate(f"{server.url}?sslmode=require&gssencmode=disable")
    with pytest.raises(DatabaseError, match="says statement_timeout"):
        migrate(f"{server.url}?statement_timeout=5s")
    with pytest.raises(DatabaseError, match="certificate verify failed"):
        migrate(f"{server.url}?channel_binding=require")


def test_psql_is_the_one_of_the_path_which_knows_tls(server):
    words, environment = psql_command(
        f"{server.url}?sslmode=require&pgbouncer=true&schema=public", ["-Atc", "SELECT 1"]
    )
    done = subprocess.run(words, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True)
    assert (done.stdout, done.stderr) == (b"1\n", b"")
