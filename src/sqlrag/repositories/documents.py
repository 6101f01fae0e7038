import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlrag.database.pool import Statements, as_row
from sqlrag.database.vectors import halfvec
from sqlrag.domain.documents import (
    Chunk,
    Document,
    DocumentState,
    NewChunk,
    NewDocument,
    Original,
    WrittenDocument,
)
from sqlrag.domain.graph import NewGraph
from sqlrag.domain.jobs import Claim

_MANY = 100  # chunks and names, of which rows are made beside the event loop


class Documents(Statements):
    async def get_document_state(
        self, workspace_id: int, source_key: str, extractor: str
    ) -> DocumentState | None:
        return await self.find_one(
            DocumentState, "get_document_state", workspace_id, source_key, extractor
        )

    async def write_document(
        self,
        workspace_id: int,
        document: NewDocument,
        chunks: Sequence[NewChunk],
        graph: NewGraph,
        space_id: int,
        read: DocumentState | None,
        job: Claim | None = None,
        result: Mapping[str, Any] | None = None,
        original: bytes | None = None,
    ) -> WrittenDocument | None:
        """None where another writer came first. For a job it is written together with the end of
        the job, whose `result` gets the id; raises ClaimLost. The `original` is kept if given."""
        is_large = len(chunks) + len(graph.entity_embeddings) > _MANY
        if is_large:
            rows = await asyncio.to_thread(_make_rows, chunks, graph)
        else:
            rows = _make_rows(chunks, graph)
        known = (read.document_id, read.revision) if read else (None, 0)
        given = workspace_id, as_row(document), *known, *rows, space_id
        ends = as_row(job) if job else None, result
        return await self.find_one(WrittenDocument, "write_document", *given, *ends, original)

    async def get_original(self, workspace_id: int, document_id: int) -> Original | None:
        return await self.find_one(Original, "get_original", workspace_id, document_id)

    async def get_document(self, workspace_id: int, document_id: int) -> Document | None:
        asked = 0, 1, None, {"document_ids": [document_id]}
        return await self.find_one(Document, "list_documents", workspace_id, *asked)

    async def list_chunks(
        self, workspace_id: int, document_id: int, first: int, limit: int
    ) -> list[Chunk]:
        """A page in order, beginning with ordinal `first`."""
        return await self.fetch_all(Chunk, "list_chunks", workspace_id, document_id, first, limit)

    async def delete_documents(
        self,
        workspace_id: int,
        document_ids: Sequence[int],
        source_keys: Sequence[str],
        as_of: datetime | None = None,
    ) -> tuple[list[tuple[int, str]], set[int]]:
        """What was there, and, with `as_of`, was last written then; and the entities of which, or
        of whose relations, a summary is stale."""
        asked = workspace_id, list(document_ids), list(source_keys), as_of
        rows = await self.fetch("delete_documents", *asked)
        gone = [(row["document_id"], row["source_key"]) for row in rows]
        return gone, {entity_id for row in rows for entity_id in row["entity_ids"]}


def _make_rows(chunks: Sequence[NewChunk], graph: NewGraph) -> tuple[Any, Any]:
    return [_chunk(chunk) for chunk in chunks], _graph(graph)


def _chunk(chunk: NewChunk) -> tuple[Any, ...]:
    """As the row type new_chunk has it, like the graph below: a draft, and what became of it."""
    content, *places = as_row(chunk.draft)
    return content, chunk.content_sha256, *places, halfvec(chunk.embedding)


def _graph(graph: NewGraph) -> tuple[Any, ...]:
    """Names once, and then their places, from 1; chunks by theirs."""
    names = graph.names()
    places = {name: place for place, name in enumerate(names, 1)}
    found = [(place + 1, extraction) for place, extraction in graph.found]
    return (
        names,
        [
            (chunk, places[m.name], m.name, m.type, m.description, m.is_subject)
            for chunk, extraction in found
            for m in extraction.entities
        ],
        [
            (chunk, places[r.source], places[r.target], r.keywords, r.description, r.weight)
            for chunk, extraction in found
            for r in extraction.relations
        ],
        [(chunk, one.record, one.reason) for chunk, e in found for one in e.rejects],
        [(places[name], halfvec(vector)) for name, vector in graph.entity_embeddings.items()],
        [
            (places[source], places[target], halfvec(vector))
            for (source, target), vector in graph.relation_embeddings.items()
        ],
        [chunk for chunk, extraction in found if extraction.error is None],
        graph.extractor,
    )
