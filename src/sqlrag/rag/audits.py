"""The audit of a workspace, to be looked at."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from sqlrag.domain.auditing import AuditEntry
from sqlrag.domain.errors import Forbidden, NotFound
from sqlrag.domain.operations import Id, Limit, operation
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

_Since = Annotated[datetime | None, Meta(description="From then on; UTC where it does not say.")]
_Until = Annotated[datetime | None, Meta(description="Before then.")]
_Every = Annotated[bool, Meta(description="Of every workspace and the server.")]


@dataclass
class Audits(Witnessed):
    """Who asked and changed what; who has `access` to one workspace sees that of it."""

    storage: Postgres
    workspaces: Workspaces

    @operation(
        "GET audit",
        "List who asked and changed what",
        (NotFound,),
        cursor=lambda entry: entry.audit_id,
    )
    async def list_audit(
        self,
        before: Annotated[Id | None, Meta(description="The `next` of the page before.")] = None,
        limit: Limit = 100,
        since: _Since = None,
        until: _Until = None,
        who: Annotated[
            str | None,
            Meta(description="The prefix of a key, issuer#subject of a token, a principal, a role"),
        ] = None,
        document: Annotated[
            Id | None, Meta(description="What was asked of it and done to it, by its id.")
        ] = None,
        every_workspace: _Every = False,
    ) -> list[AuditEntry]:
        """The latest first. Questions are there where `SQLRAG_AUDIT` is `all`, with the documents
        that were shown; changes where it is not `off`."""
        if every_workspace and self.access.workspace_id:
            raise Forbidden("A key of one workspace does not see what is done in every one.")
        workspace = None if every_workspace else (await self.workspaces.get(self.workspace)).id
        await self.audit.flush()
        times = (one and (one if one.tzinfo else one.replace(tzinfo=UTC)) for one in (since, until))
        asked = workspace, before, limit, *times, who, document
        return await self.storage.fetch_all(AuditEntry, "list_audit", *asked)
