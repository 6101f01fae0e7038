"""Erases documents with every trace of them, and words and principals wherever they stand."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta

from sqlrag.domain.erasing import Erased, FoundDocument, Receipt
from sqlrag.domain.errors import BadInput, NotFound, SqlragError
from sqlrag.domain.names import LONGEST_NAME, Words, check_text
from sqlrag.domain.operations import Id, operation
from sqlrag.domain.workspaces import Change, Unembedded, Workspace
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.upkeep import Upkeep
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

_BATCH = 64
_LEFT = (
    "Where it came from is left: files, tables and folders, which bring it back while they are "
    "watched.",
    "The write-ahead log, replicas, backups and dumps hold it until they are replaced; so do logs.",
    "Whoever runs the models was sent texts of it.",
)
_DEAD = (
    "The files of the tables hold dead rows until a VACUUM, which --vacuum runs, and their bytes "
    "until they are written over, or by VACUUM FULL anew."
)
_log = logging.getLogger(__name__)


class _Undone(Exception):
    """Takes what was tried back; holds what it came to."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows


@dataclass
class Erasing(Witnessed):
    storage: Postgres
    workspaces: Workspaces
    upkeep: Upkeep

    @operation("POST erase", "Erase documents, words or a principal", (NotFound,), discreet=True)
    async def erase(
        self,
        documents: Annotated[Sequence[Id], Meta(description="Documents by id.")] = (),
        sources: Annotated[Sequence[Words], Meta(description="Documents by source key.")] = (),
        words: Annotated[
            Sequence[Annotated[Words, Meta(max_length=500)]],
            Meta(description="Words that are to be said nowhere: documents that say them go."),
        ] = (),
        principals: Annotated[
            Sequence[Annotated[Words, Meta(max_length=LONGEST_NAME)]],
            Meta(description="Whom keys stand for, and who edited."),
        ] = (),
        dry_run: Annotated[bool, Meta(description="Only tell what it would come to.")] = False,
        vacuum: Annotated[bool, Meta(description="Clear the files of the tables, too.")] = False,
    ) -> Receipt:
        """With every trace: kept answers, calls of models (what they cost stays), jobs, summaries,
        evaluations, the history of edits, the audit. What only these documents say goes wherever it
        stands; what others say, too, stays theirs. There is no way back.

        One transaction, or nothing. The receipt holds nothing of what was erased.
        """
        _check(documents, sources, words, principals)
        workspace = await self.workspaces.get(self.workspace)
        given = workspace.id, list(documents), list(sources), list(words), list(principals)
        await self.audit.flush()
        if dry_run:
            found = await self.storage.fetch_all(
                FoundDocument, "list_documents_to_erase", *given[:-1]
            )
            return self._write_receipt(await self._try(given), found, True)
        rows = await self.storage.fetch("erase", *given)
        self.workspaces.forget(self.workspace)
        notes = await self._mend(workspace, rows)
        notes += await self._vacuum() if vacuum else [_DEAD]
        return self._write_receipt(rows, [], False, notes)

    async def _try(self, given: Sequence[Any]) -> list[Any]:
        async def attempt(statements: Any) -> None:
            raise _Undone(await statements.fetch("erase", *given))

        try:
            await self.storage.run(attempt)
        except _Undone as undone:
            return undone.rows
        raise AssertionError("it was undone")

    async def _mend(self, workspace: Workspace, rows: Sequence[Any]) -> list[str]:
        """Vectors and summaries of what others speak of, too: of what they say alone."""
        touched = {row["place"]: row["entity_ids"] for row in rows}
        try:
            for kind in ("entities", "relations"):
                vectors = "entity_embeddings" if kind == "entities" else "relation_embeddings"
                lost = [*touched.get(vectors, ()), *touched.get(kind, ())]
                await self._embed(workspace, kind, lost)
        except SqlragError as error:
            _log.warning("What was left by an erasure was not embedded again: %s", error)
            return [f"Some of the graph has no vectors until it is ingested again. {error}"]
        summaries = [*touched.get("entity_summaries", ()), *touched.get("relation_summaries", ())]
        await self.upkeep.follow(workspace, Change((), tuple(summaries), grew=False))
        return []

    async def _embed(self, workspace: Workspace, kind: str, ids: Sequence[int]) -> None:
        if not ids or workspace.space_id is None:
            return
        name = "list_bare_entities" if kind == "entities" else "list_bare_relations"
        place = workspace.id, workspace.space_id
        bare = await self.storage.fetch_all(Unembedded, name, *place, list(ids))
        embedder = await self.workspaces.embedder_of(workspace) if bare else None
        for start in range(0, len(bare), _BATCH):
            some = bare[start : start + _BATCH]
            assert embedder
            vectors = await embedder.embed([one.text for one in some])
            await self.storage.spaces.add_embeddings(kind, *place, some, vectors)

    async def _vacuum(self) -> list[str]:
        try:
            await self.storage.vacuum_tables()
        except SqlragError as error:
            return [f"The tables were not cleared: {error}"]
        return []

    def _write_receipt(
        self,
        rows: Sequence[Any],
        found: list[FoundDocument],
        is_dry_run: bool,
        notes: Sequence[str] = (),
    ) -> Receipt:
        now = datetime.now(UTC)
        erased = [Erased(row["place"], row["rows"], row["ids_sha256"]) for row in rows]
        told = json.dumps([self.workspace, now.isoformat(), *map(astuple, erased)])
        sha256 = hashlib.sha256(told.encode()).hexdigest()
        return Receipt(self.workspace, now, is_dry_run, erased, sha256, [*notes, *_LEFT], found)


def _check(
    documents: Sequence[int],
    sources: Sequence[str],
    words: Sequence[str],
    principals: Sequence[str],
) -> None:
    """Raises BadInput."""
    if not (documents or sources or words or principals):
        raise BadInput("Nothing is named; give documents, sources, words or principals.")
    for text in (*sources, *principals):
        check_text("A source key, or a principal,", text)
    for text in words:
        if len(check_text("A word", text).strip()) < 2 and text.isascii():
            raise BadInput(f'"{text}" stands in nearly every text; give more of a word.')
