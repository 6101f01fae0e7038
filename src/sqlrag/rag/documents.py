"""Documents of a workspace: put in, looked at, deleted."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from sqlrag.domain.documents import Chunk, DeletedDocument, Document, IngestResult, Source
from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound, UnreadableDocument
from sqlrag.domain.names import Words
from sqlrag.domain.operations import LARGEST_ID, Id, Limit, operation
from sqlrag.domain.retrieval import Filters
from sqlrag.domain.states import changed
from sqlrag.domain.workspaces import Change
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.custom import read_chunks, read_graph
from sqlrag.rag.custom_records import CustomKg
from sqlrag.rag.files import File, find_files, list_folders, list_missing
from sqlrag.rag.ingestion import Given, Ingestion, check_readers
from sqlrag.rag.item_validation import one_each
from sqlrag.rag.progress import Report, silent
from sqlrag.rag.upkeep import Upkeep
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres

DocumentId = Annotated[Id, Meta(description="The id of a document.")]
FAILURES = (Conflict, UnreadableDocument, ModelError)


@dataclass
class Documents(Witnessed):
    """What must follow a write, indexes and summaries, has been done when it returns, or is done in
    the background of a server.
    """

    storage: Postgres
    workspaces: Workspaces
    ingestion: Ingestion
    upkeep: Upkeep

    async def insert(
        self,
        texts: str | Sequence[str],
        ids: str | Sequence[str] | None = None,
        *,
        titles: Sequence[str | None] | None = None,
        metadata: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        tags: Iterable[str] = (),
        media_type: str = "text/plain",
        read: Iterable[str] | None = None,
    ) -> list[IngestResult]:
        """Insert texts. Without ids, equal texts are one document.

        One metadata mapping and the tags go to all texts; a list of mappings is one per text.
        `read` are the principals that may read them, none for everybody; not given, documents that
        are there stay for whom they were.
        """
        listed, tags = [texts] if isinstance(texts, str) else list(texts), tuple(tags)
        each = metadata if isinstance(metadata, Sequence) else [metadata or {}] * len(listed)
        ids = [ids] if isinstance(ids, str) else ids
        check_readers(read or ())
        readers = None if read is None else tuple(read)
        given: dict[str, Any] = {"tags": tags, "media_type": media_type, "read": readers}
        keys, named, fields = (
            one_each(name, values, len(listed), things="texts")
            for name, values in (("ids", ids), ("titles", titles), ("metadata", each))
        )
        sources = [
            Source.of_text(text, key, title=title, metadata=said, **given)
            for text, key, title, said in zip(listed, keys, named, fields, strict=True)
        ]
        return await self.ingest(*sources)

    async def ingest(
        self, *given: str | os.PathLike[str] | Source | File, report: Report = silent
    ) -> list[IngestResult]:
        """Ingest files, folders and globs, each file under its absolute path, or sources.

        One result each, in order: what is wrong with one is told there and stops no other.
        """
        sources: list[Given] = [one for one in given if isinstance(one, Source | File)]
        paths = [one for one in given if not isinstance(one, Source | File)]
        if paths:
            sources += await asyncio.to_thread(find_files, paths)
        workspace = await self.workspaces.open(self.workspace)
        results = await self.ingestion.ingest(workspace, sources, report)
        await self.upkeep.follow(workspace, Change.of(results), report)
        self.witness.tell_ingestion("ingest", results)
        return results

    @operation(
        "POST graph/custom",
        "Insert a graph of your own",
        FAILURES,
        status=201,
        body=CustomKg,
        role="writer",
    )
    async def insert_custom_kg(
        self,
        custom_kg: Mapping[str, Any],
        full_doc_id: Annotated[
            str | None, Meta(description="The source key of all chunks; else their file_path.")
        ] = None,
    ) -> list[IngestResult]:
        """Chunks with the entities and relationships that are found in them; nothing is extracted.

        Chunks of one file_path are one document, which replaces the one of that key. 400 names the
        record that cannot be used, and nothing was written.
        """
        given = self.ingestion, custom_kg, full_doc_id
        return await self.ingest(*await asyncio.to_thread(read_graph, *given))

    @operation(
        "POST documents/custom-chunks",
        "Insert a text in chunks of your own",
        FAILURES,
        status=201,
        role="writer",
    )
    async def insert_custom_chunks(
        self,
        full_text: str,
        text_chunks: Annotated[Sequence[Words], Meta(min_length=1)],
        doc_id: Annotated[str | None, Meta(description="The source key.")] = None,
    ) -> IngestResult:
        """The text is not split; what its chunks speak of is extracted as ever."""
        given = self.ingestion, full_text, text_chunks, doc_id
        (result,) = await self.ingest(await asyncio.to_thread(read_chunks, *given))
        return result

    @operation(
        "GET documents",
        "List documents",
        cursor=lambda document: document.document_id,
        tool="list_documents",
        role="reader",
    )
    async def list_documents(
        self,
        after: Annotated[
            int, Meta(ge=0, le=LARGEST_ID, description="The `next` of the page before.")
        ] = 0,
        limit: Limit = 50,
        filters: Filters = None,
        status: Annotated[
            Literal["ready", "partial", "failed"] | None, Meta(description="Only these documents.")
        ] = None,
    ) -> list[Document]:
        """A page of documents in order of id; a workspace that does not exist has none."""
        workspace = await self.workspaces.look_up(self.workspace)
        if workspace is None:
            return []
        asked = workspace.id, after, limit, status, filters or None
        return await self.storage.fetch_all(Document, "list_documents", *asked)

    @operation(
        "GET documents/{document_id:int}",
        "Get a document",
        (NotFound,),
        tool="get_document",
        role="reader",
    )
    async def get_document(self, document_id: DocumentId) -> Document:
        """What is known of a document; a failed one tells why in `error`."""
        workspace = await self.workspaces.get(self.workspace)
        found = await self.storage.documents.get_document(workspace.id, document_id)
        if found is None:
            raise self.no_document(document_id)
        return found

    @operation(
        "PATCH documents/{document_id:int}",
        "Change who may read a document",
        (NotFound,),
        role="writer",
    )
    async def share_document(
        self,
        document_id: DocumentId,
        read: Annotated[
            Sequence[Words],
            Meta(description="Principals, such as people and teams; none: everybody."),
        ],
    ) -> Document:
        """From now on it is for them, with all that was made of it: chunks, names, relations."""
        check_readers(read)
        await self.get_document(document_id)
        workspace = await self.workspaces.get(self.workspace)
        await self.storage.execute("share_document", workspace.id, document_id, list(read))
        return await self.get_document(document_id)

    @operation(
        "GET documents/{document_id:int}/chunks",
        "List the chunks of a document",
        (NotFound,),
        cursor=lambda chunk: chunk.ordinal + 1,
        tool="read_document",
        role="reader",
    )
    async def list_chunks(
        self,
        document_id: DocumentId,
        first: Annotated[
            int, Meta(ge=0, le=2**31 - 1, description="The ordinal of the first chunk.")
        ] = 0,
        limit: Limit = 100,
    ) -> list[Chunk]:
        """A page of chunks in the order of the text."""
        await self.get_document(document_id)
        workspace = await self.workspaces.get(self.workspace)
        return await self.storage.documents.list_chunks(workspace.id, document_id, first, limit)

    async def list_missing(self, *folders: str | os.PathLike[str]) -> list[str]:
        """The source keys of documents whose files were in the folders and are gone."""
        workspace = await self.workspaces.look_up(self.workspace)
        found = list[str]()
        for folder in list_folders(folders) if workspace else ():
            rows = await self.storage.fetch("list_source_keys", workspace and workspace.id, folder)
            found += [row["source_key"] for row in rows]
        return sorted(await asyncio.to_thread(list_missing, found))

    async def delete(
        self, *documents: int | str, as_of: datetime | None = None
    ) -> list[tuple[int, str]]:
        """Delete by id or source key; returns (document_id, source_key) of what was there, and,
        with `as_of`, was last written then."""
        workspace = await self.workspaces.look_up(self.workspace)
        if workspace is None:
            return []
        ids = [one for one in documents if isinstance(one, int) and abs(one) <= LARGEST_ID]
        keys = [document for document in documents if isinstance(document, str)]
        asked = workspace.id, ids, keys, as_of
        gone, stale = await self.storage.documents.delete_documents(*asked)
        await self.upkeep.follow(workspace, Change((), tuple(stale), grew=False) if gone else None)
        await self.witness.tell("delete", ", ".join(key for _, key in gone), (id for id, _ in gone))
        return gone

    @operation("DELETE documents", "Delete many documents", listed="deleted", role="writer")
    async def delete_documents(
        self,
        ids: Annotated[Sequence[int], Meta(description="Documents by id.")] = (),
        source_keys: Annotated[Sequence[str], Meta(description="Documents by source key.")] = (),
    ) -> list[DeletedDocument]:
        """Delete by id and by source key, both repeatable; what is not there is no error."""
        if not (ids or source_keys):
            raise BadInput("No document is named; repeat id=… or source_key=… in the query.")
        return [DeletedDocument(*gone) for gone in await self.delete(*ids, *source_keys)]

    @operation(
        "DELETE documents/{document_id:int}",
        "Delete a document",
        (NotFound,),
        status=204,
        tool="delete_document",
        role="writer",
        conditional=True,
    )
    async def delete_document(self, document_id: DocumentId) -> None:
        """Delete a document with everything made of it."""
        as_of = None
        if self.expected.states is not None:
            found = await self.get_document(document_id)
            self.expected.check(found)
            as_of = found.updated_at
        if not await self.delete(document_id, as_of=as_of):
            raise self.no_document(document_id) if as_of is None else changed()

    def no_document(self, document_id: int) -> NotFound:
        return NotFound(f'There is no document {document_id} in workspace "{self.workspace}".')
