"""Keys for the HTTP API: made, looked at, revoked, changed for others."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from sqlrag.domain.access import (
    ROLES,
    Key,
    NewKey,
    Role,
    hash_secret,
    make_secret,
    read_prefix,
)
from sqlrag.domain.errors import BadInput, Forbidden, NotFound
from sqlrag.domain.names import LONGEST_NAME, Words, check_text
from sqlrag.domain.operations import LARGEST_ID, Limit, operation
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

_BOOTSTRAP = "SQLRAG_ADMIN_KEY"
_MAKE = 'make one: echo "sqlrag_$(openssl rand -hex 5)_$(openssl rand -hex 32)"'
_EVERY = "Of every workspace and the server, which only such a key may ask for."
_Every = Annotated[bool, Meta(description=_EVERY)]
_PerMinute = Annotated[
    Annotated[int, Meta(ge=1, le=1_000_000)] | None,
    Meta(description="How many it may make in a minute; as the server says otherwise."),
]
_Prefix = Annotated[str, Meta(description="What the key begins with after `sqlrag_`.")]
_Grace = Annotated[
    int, Meta(ge=0, le=30 * 86_400, description="Seconds for which the old one goes on.")
]


@dataclass
class Keys(Witnessed):
    """The keys of a workspace; whoever has `access` to all workspaces has those of all."""

    storage: Postgres
    workspaces: Workspaces

    @operation("POST keys", "Make a key", (NotFound,), status=201, secret=True)
    async def create_key(
        self,
        role: Annotated[Role, Meta(description="What it permits.")],
        name: Annotated[str, Meta(max_length=LONGEST_NAME, description="What it is for.")] = "",
        principals: Annotated[
            Sequence[Annotated[Words, Meta(max_length=LONGEST_NAME)]],
            Meta(
                description="Whom it stands for, such as a team or a person. A reader that has "
                "some reads what is for them or for everybody."
            ),
        ] = (),
        expires_at: Annotated[
            Annotated[datetime, Meta(tz=True)] | None,
            Meta(description="When it ends; never otherwise."),
        ] = None,
        every_workspace: _Every = False,
        per_minute: _PerMinute = None,
        questions_per_minute: _PerMinute = None,
        writes_per_minute: _PerMinute = None,
    ) -> NewKey:
        """The answer alone has the key itself; what is stored is a hash.

        A reader looks and asks, a writer also changes documents, the graph and jobs, an admin also
        configures and deletes the workspace and makes keys. Questions and changes are requests,
        too.
        """
        if role not in ROLES:
            raise BadInput(f'There is no role "{role}"; use one of {", ".join(ROLES)}.')
        if every_workspace and self.access.workspace_id:
            raise Forbidden("A key of one workspace makes no key of every workspace.")
        if expires_at and expires_at <= datetime.now(UTC):
            raise BadInput(f"The key would end at {expires_at}, which is over; give a later time.")
        check_text("The name of a key", name)
        listed = [check_text("A principal", one) for one in principals]
        workspace = None if every_workspace else (await self.workspaces.get(self.workspace)).id
        secret = make_secret()
        known = read_prefix(secret), hash_secret(secret)
        limits = per_minute, questions_per_minute, writes_per_minute
        said = role, name, listed, expires_at, *limits
        await self.storage.execute("add_key", workspace, *known, *said)
        return await self._tell(secret)

    @operation("GET keys", "List keys", (NotFound,), cursor=lambda key: key.key_id)
    async def list_keys(
        self,
        after: Annotated[
            int, Meta(ge=0, le=LARGEST_ID, description="The `next` of the page before.")
        ] = 0,
        limit: Limit = 100,
        every_workspace: _Every = False,
    ) -> list[Key]:
        """By their prefixes, the oldest first, with their status and when they were last used."""
        if every_workspace and self.access.workspace_id:
            raise Forbidden("A key of one workspace does not see those of every workspace.")
        if not every_workspace:
            await self.workspaces.get(self.workspace)
        workspace = None if every_workspace else self.workspace
        return await self.storage.fetch_all(Key, "list_keys", workspace, None, after, limit)

    @operation("DELETE keys/{prefix:str}", "Revoke a key", (NotFound,))
    async def revoke_key(self, prefix: _Prefix) -> Key:
        """At once; it stays in the list."""
        scope = self.access.workspace_id
        revoked = await self.storage.fetch_value("revoke_key", bare_prefix(prefix), scope)
        if revoked is None:
            raise NotFound(f'There is no key "{bare_prefix(prefix)}"; sqlrag key list has those.')
        return await self._get(revoked)

    @operation(
        "POST keys/{prefix:str}/rotate",
        "Change a key for another",
        (NotFound,),
        status=201,
        secret=True,
    )
    async def rotate_key(self, prefix: _Prefix, grace: _Grace = 0) -> NewKey:
        """The other has the same rights and ends when the old one would have."""
        secret, scope = make_secret(), self.access.workspace_id
        known = read_prefix(secret), hash_secret(secret)
        asked = bare_prefix(prefix), scope, *known, grace
        if await self.storage.fetch_value("rotate_key", *asked) is None:
            raise NotFound(
                f'There is no key "{bare_prefix(prefix)}" that may be used still; make another '
                "with sqlrag key create."
            )
        return await self._tell(secret)

    async def check_role(self, role: Role) -> None:
        """Raises Forbidden where whoever has access has not the role.

        Writing into a new name makes a workspace, which is for admins: to a writer there is none,
        and NotFound says so.
        """
        if not self.access.has_role(role):
            word, has = self.access.word, self.access.role
            raise Forbidden(f"This {word} is a {has}'s; use a {word} with the role {role}.")
        if self.access.workspace_id is None and self.access.role == role == "writer":
            await self.workspaces.get(self.workspace)

    async def keep_key(self, secret: str) -> None:
        """Have this key, of every workspace and its admin, in place of the one that was kept
        before. Raises BadInput for what is none."""
        prefix = read_prefix(secret)
        if prefix is None:
            raise BadInput(f"{_BOOTSTRAP} is no key; {_MAKE}")
        kept = await self.storage.fetch_value("keep_key", prefix, hash_secret(secret), _BOOTSTRAP)
        if not kept:
            raise BadInput(f"{_BOOTSTRAP} begins as another key does; {_MAKE}")

    async def are_keys_asked_for(self) -> bool:
        return bool(await self.storage.fetch_value("are_keys_asked_for"))

    async def _get(self, prefix: str | None) -> Key:
        return await self.storage.fetch_one(Key, "list_keys", None, prefix, 0, 1)

    async def _tell(self, secret: str) -> NewKey:
        return NewKey(**asdict(await self._get(read_prefix(secret))), secret=secret)


def bare_prefix(given: str) -> str:
    """As people have it at hand, with `sqlrag_` or without; of a whole key its prefix alone."""
    return read_prefix(given) or given.removeprefix("sqlrag_")[:40]
