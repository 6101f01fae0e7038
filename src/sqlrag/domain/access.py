"""Who may: keys, the roles that they give, and what an operation asks for."""

import ipaddress
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from sqlrag.domain.errors import Forbidden

Role = Literal["reader", "writer", "admin"]  # each may what those before it may
ROLES: tuple[Role, ...] = ("reader", "writer", "admin")
KeyStatus = Literal["active", "expired", "revoked"]
Resource = Literal["requests", "questions", "writes"]  # of which a key may have so many
_KEY = re.compile(r"sqlrag_([a-z0-9]{10})_[\w-]{43,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Access:
    """What whoever asks may do: in one workspace, or, without one, in all and to the server.

    `principals` are whom he stands for: a reader who has them, even none, reads the documents that
    are for one of them or for everybody. None, and whoever may change things, reads everything.
    """

    role: Role
    workspace_id: int | None = None
    workspace: str | None = None
    principals: tuple[str, ...] | None = None
    # Of the key; of a token its issuer, # and its subject; who needs neither has none.
    prefix: str | None = None

    @property
    def word(self) -> Literal["key", "token"]:
        """What whoever asks came with, for sentences: no prefix of a key holds a #."""
        return "token" if "#" in (self.prefix or "") else "key"

    @property
    def reads_as(self) -> tuple[str, ...] | None:
        """The principals whose documents he reads; None for one who reads everything."""
        return self.principals if self.role == "reader" else None

    def has_role(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


# Who has the database has everything in it: Python, the command line, a server without keys.
OWNER = Access("admin")
# Who showed no key, at a door that is for everybody: of a workspace that there is not.
NOBODY = Access("reader", 0, "", ())


def read_as(access: Access, principals: tuple[str, ...]) -> Access:
    """The same, as a reader who stands for no more than the principals. Raises Forbidden where one
    of them is not his."""
    own = access.reads_as
    if own is not None and (others := [one for one in principals if one not in own]):
        raise Forbidden(
            f'This {access.word} does not stand for "{others[0]}"; leave it out of X-Principals.'
        )
    return replace(access, role="reader", principals=principals)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What is known of a key that was sent; of one that is unknown all is None but
    `are_keys_asked_for`: whether there is any key, used or usable or not.

    `quotas` are what is left of its limits, each of them a `Quota`; None where it has none.
    """

    prefix: str | None
    role: Role | None
    workspace_id: int | None
    workspace: str | None
    principals: list[str] | None
    status: KeyStatus
    are_keys_asked_for: bool
    quotas: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of a resource a key has left, of so much in a minute. It has all of it again in
    `full_in` seconds; where none is left, some after it has waited."""

    resource: Resource
    per_minute: int
    remaining: int
    full_in: float
    wait: float


@dataclass(frozen=True)
class Key:
    """A key as it is listed; its `workspace` is None where it opens every one, and its limits where
    they are those of the server."""

    key_id: int
    prefix: str
    name: str
    workspace: str | None
    role: Role
    principals: list[str]
    status: KeyStatus
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    per_minute: int | None
    questions_per_minute: int | None
    writes_per_minute: int | None


@dataclass(frozen=True)
class NewKey(Key):
    """A key with its `secret`, which is told this once: what goes into `Authorization: Bearer`."""

    secret: str = field(repr=False)


def make_secret() -> str:
    """A key: a prefix, by which people name it, and 256 random bits."""
    prefix = "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(10))
    return f"sqlrag_{prefix}_{secrets.token_urlsafe(32)}"


def read_prefix(secret: str) -> str | None:
    """What a key is named by; None for what is no key."""
    found = _KEY.fullmatch(secret)
    return found[1] if found else None


def hash_secret(secret: str) -> bytes:
    """What is stored of a key, and what it is looked up by, so that nothing is compared in a time
    that tells how much of it was right.

    A hash that is slow on purpose makes guessing dear where few words are likely. Of 256 random
    bits none is likelier than another, and a slow hash would cost its time on every request.
    """
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


def is_loopback(address: str) -> bool:
    """Whether who listens or calls there is on this machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
