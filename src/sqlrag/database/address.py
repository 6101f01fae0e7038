"""What libpq understands of a URL, a service file and the environment, as arguments of asyncpg.

asyncpg sends a parameter that it does not know to the server, as a setting of the server's. Here
each is honoured, or refused in a sentence that names it; docs/decisions/0033 has the reasons.
"""

import configparser
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from sqlrag.domain.errors import DatabaseError

# What asyncpg reads.
_DRIVERS = {
    *("host", "port", "dbname", "database", "user", "password", "passfile", "krbsrvname", "gsslib"),
    *("sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "target_session_attrs"),
}
# What it does not read there, and what is to be seen here before it reads it.
_ENVIRONMENT = {
    "PGCONNECT_TIMEOUT": "connect_timeout",
    "PGAPPNAME": "application_name",
    "PGOPTIONS": "options",
    "PGHOSTADDR": "hostaddr",
    "PGCHANNELBINDING": "channel_binding",
    "PGGSSENCMODE": "gssencmode",
    "PGREQUIREAUTH": "require_auth",
    "PGSSLMODE": "sslmode",
    "PGSSLROOTCERT": "sslrootcert",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
}
_VERIFYING = ("verify-ca", "verify-full")
_CHOICES = {
    "sslmode": {"disable", "allow", "prefer", "require", *_VERIFYING},
    "target_session_attrs": {
        *("any", "primary", "standby", "prefer-standby", "read-write", "read-only"),
    },
}
# Values that ask for nothing but what is done anyhow.
_USUAL = {
    "channel_binding": {"disable", "prefer"},
    "gssencmode": {"disable", "prefer"},
    "gssdelegation": {"0"},
    "sslcompression": {"0"},
    "sslsni": {"1"},
    "sslcertmode": {"allow"},
    "load_balance_hosts": {"disable"},
    "replication": {"false", "off", "no", "0"},
    "client_encoding": {"auto", "utf8", "utf-8"},
    "pgbouncer": {"false"},
    "schema": {"public"},  # Prisma's default, which says nothing
}
_SOCKETS = {
    "keepalives": ("SOL_SOCKET", "SO_KEEPALIVE"),
    "keepalives_idle": ("IPPROTO_TCP", "TCP_KEEPIDLE"),
    "keepalives_interval": ("IPPROTO_TCP", "TCP_KEEPINTVL"),
    "keepalives_count": ("IPPROTO_TCP", "TCP_KEEPCNT"),
    "tcp_user_timeout": ("IPPROTO_TCP", "TCP_USER_TIMEOUT"),
}
_ADVICE = {
    "schema": "sqlrag keeps to its schemas sqlrag and rag: choose a database instead",
    "connection_limit": "SQLRAG_POOL_SIZE says how many connections there may be",
    "gssencmode": "encrypt by TLS, with sslmode",
    **{name: f"it is one of {', '.join(sorted(values))}" for name, values in _CHOICES.items()},
}
_LEAVE_OUT = "leave it out; a setting of the server goes in as options=-c%20NAME%3DVALUE"


@dataclass(frozen=True)
class Address:
    """`arguments` are those of asyncpg's connect; `sockets` the values of the socket's options.

    `is_pooled`: the URL says that a pooler of transactions stands between.
    """

    arguments: Mapping[str, Any]
    sockets: Mapping[tuple[str, str], int]
    is_pooled: bool


def read_address(url: str) -> Address:
    """Raises DatabaseError for what cannot be honoured; its words hold no secret of the URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise unusable_url()
    told = _read_parameters(parts.query)
    is_pooled = told.get("pgbouncer", "").lower() == "true"
    for name in [name for name in told if told[name].lower() in _USUAL.get(name, ())]:
        del told[name]
    if is_pooled:
        del told["pgbouncer"]
    seconds = _take_number(told, "connect_timeout", 15)
    settings = {"application_name": told.pop("fallback_application_name", "sqlrag")}
    settings |= {name: told.pop(name) for name in ("application_name", "options") if name in told}
    arguments: dict[str, Any] = {"timeout": seconds if seconds > 0 else None}
    arguments["server_settings"] = settings
    sockets = {
        place: _take_number(told, name, 1) for name, place in _SOCKETS.items() if name in told
    }
    if sockets:
        sockets.setdefault(_SOCKETS["keepalives"], 1)
    if context := _read_certificates(told):
        arguments["ssl"] = context
    if "hostaddr" in told:
        if told.get("sslmode") == "verify-full" or "ssl" in arguments:
            raise DatabaseError(
                "DATABASE_URL says hostaddr and has the certificate verified, which is then "
                "compared with the address; leave hostaddr out."
            )
        parts = parts._replace(netloc=_move_hosts(parts.netloc, told))
    for name, value in told.items():
        if name not in _DRIVERS or value not in _CHOICES.get(name, {value}):
            raise _refusal(name)
    arguments["dsn"] = urlunsplit(parts._replace(query=urlencode(told, quote_via=quote)))
    return Address(arguments, sockets, is_pooled)


def _read_parameters(query: str) -> dict[str, str]:
    """Of the URL, else of the service it names, else of the environment, as libpq has it."""
    told = dict(parse_qsl(query, keep_blank_values=True))
    service = told.pop("service", os.environ.get("PGSERVICE", ""))
    known = {name: os.environ[key] for key, name in _ENVIRONMENT.items() if os.environ.get(key)}
    return {**known, **(_read_service(service) if service else {}), **told}


def _read_service(service: str) -> dict[str, str]:
    own = os.environ.get("PGSERVICEFILE") or Path.home() / ".pg_service.conf"
    shared = Path(os.environ.get("PGSYSCONFDIR", "/etc/postgresql-common"), "pg_service.conf")
    for path in (own, shared):
        found = configparser.RawConfigParser(delimiters="=", strict=False)
        found.read(path, "utf-8")
        if found.has_section(service):
            return dict(found[service])
    raise DatabaseError(
        f'There is no service "{service}" in {own}; name the file by PGSERVICEFILE, or write the '
        "address into DATABASE_URL."
    )


def _take_number(told: dict[str, str], name: str, usual: int) -> int:
    value = told.pop(name, str(usual))
    if not re.fullmatch(r"-?\d+", value):
        raise DatabaseError(f"DATABASE_URL says {name}={value}, which is no number.")
    return int(value)


def _read_certificates(told: dict[str, str]) -> ssl.SSLContext | None:
    """A context where certificates are those of the operating system, which asyncpg does not know.

    asyncpg cannot bind a channel either, by which a client makes sure that nobody stands between.
    Where it is required, the server's certificate is verified instead, which does the same.
    """
    if told.get("channel_binding") == "require":
        del told["channel_binding"]
        told["sslmode"] = "verify-full"
        if not _own_root().exists():
            told.setdefault("sslrootcert", "system")
    root, mode = told.get("sslrootcert"), told.get("sslmode", "")
    if root == "system":
        if mode not in ("", "verify-full"):
            raise DatabaseError(
                f"DATABASE_URL says sslrootcert=system and sslmode={mode}: anybody has a "
                "certificate of those authorities, so write sslmode=verify-full."
            )
        return _trust_system(told)
    if mode in _VERIFYING and not root and not _own_root().exists():
        raise DatabaseError(
            f"DATABASE_URL says sslmode={mode}, and no authority by which to verify; add "
            "sslrootcert=FILE with the certificate of your server's, or sslrootcert=system for "
            "those of the operating system."
        )
    for name in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        if told.get(name) and mode != "disable" and not os.access(told[name], os.R_OK):
            raise DatabaseError(f"DATABASE_URL says {name}={told[name]}, which cannot be read.")
    return None


def _own_root() -> Path:
    return Path.home() / ".postgresql" / "root.crt"


def _trust_system(told: dict[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for name in ("sslmode", "sslrootcert"):
        told.pop(name, None)
    certificate, key = told.pop("sslcert", ""), told.pop("sslkey", None)
    if certificate:
        context.load_cert_chain(certificate, key, told.pop("sslpassword", ""))
    context.set_alpn_protocols(["postgresql"])
    return context


def _move_hosts(netloc: str, told: dict[str, str]) -> str:
    """Make the addresses the hosts."""
    credentials, at, hosts = netloc.rpartition("@")
    ports = [found[1] for host in hosts.split(",") if (found := re.search(r":(\d+)$", host))]
    if ports:
        told["port"] = ",".join(ports)
    addresses = told.pop("hostaddr").split(",")
    told["host"] = ",".join(f"[{one}]" if ":" in one else one for one in addresses)
    return credentials + at


def _refusal(name: str) -> DatabaseError:
    advice = _ADVICE.get(name, _LEAVE_OUT)
    return DatabaseError(f"DATABASE_URL says {name}, which sqlrag cannot do so: {advice}.")


def unusable_url() -> DatabaseError:
    return DatabaseError(
        "DATABASE_URL is not the URL of a Postgres; write it as "
        "postgresql://user:password@host:port/database, with special characters of the password "
        "as %XX."
    )
