"""Written by tools/make_client.py; see there."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlrag.domain.access import Key, NewKey
from sqlrag.domain.auditing import AuditEntry
from sqlrag.domain.choices import ConfiguredWorkspace, ExtractionSettings, RetrievalSettings
from sqlrag.domain.conversations import Conversation, Transcript
from sqlrag.domain.costs import CostSettings
from sqlrag.domain.documents import Chunk, DeletedDocument, Document, IngestResult, Place
from sqlrag.domain.erasing import Receipt
from sqlrag.domain.jobs import Job, Track
from sqlrag.domain.workspaces import WorkspaceSummary

T = TypeVar("T")


class RagOperations(ABC):
    """What is asked of a workspace."""

    @abstractmethod
    def _call(self, kind: type[T], address: str, listed: str = "", /, **given: Any) -> T:
        """What is answered, as a kind; of a list, what is under its name."""

    def find_places(self, document_id: int, char_start: int, char_end: int) -> list[Place]:
        """Where a quote stands."""
        return self._call(
            list[Place],
            "GET documents/{document_id}/places",
            "items",
            document_id=document_id,
            char_start=char_start,
            char_end=char_end,
        )

    def insert_custom_kg(
        self, custom_kg: Mapping[str, Any], full_doc_id: str | None = None
    ) -> list[IngestResult]:
        """Insert a graph of your own."""
        return self._call(
            list[IngestResult],
            "POST graph/custom",
            "results",
            body=custom_kg,
            full_doc_id=full_doc_id,
        )

    def insert_custom_chunks(
        self, full_text: str, text_chunks: Sequence[str], doc_id: str | None = None
    ) -> IngestResult:
        """Insert a text in chunks of your own."""
        return (
            self._call(
                list[IngestResult],
                "POST documents/custom-chunks",
                "results",
                full_text=full_text,
                text_chunks=text_chunks,
                doc_id=doc_id,
            )
        )[0]

    def list_documents(
        self,
        after: int = 0,
        limit: int = 50,
        status: Literal["ready", "partial", "failed"] | None = None,
    ) -> list[Document]:
        """List documents."""
        return self._call(
            list[Document], "GET documents", "items", after=after, limit=limit, status=status
        )

    def get_document(self, document_id: int) -> Document:
        """Get a document."""
        return self._call(Document, "GET documents/{document_id}", document_id=document_id)

    def share_document(self, document_id: int, read: Sequence[str]) -> Document:
        """Change who may read a document."""
        return self._call(
            Document, "PATCH documents/{document_id}", document_id=document_id, read=read
        )

    def list_chunks(self, document_id: int, first: int = 0, limit: int = 100) -> list[Chunk]:
        """List the chunks of a document."""
        return self._call(
            list[Chunk],
            "GET documents/{document_id}/chunks",
            "items",
            document_id=document_id,
            first=first,
            limit=limit,
        )

    def delete_documents(
        self, ids: Sequence[int] = (), source_keys: Sequence[str] = ()
    ) -> list[DeletedDocument]:
        """Delete many documents."""
        return self._call(
            list[DeletedDocument], "DELETE documents", "deleted", id=ids, source_key=source_keys
        )

    def delete_document(self, document_id: int) -> None:
        """Delete a document."""
        return self._call(NoneType, "DELETE documents/{document_id}", document_id=document_id)

    def list_jobs(
        self,
        before: int | None = None,
        limit: int = 50,
        status: Literal["waiting", "running", "done", "failed", "cancelled", "replaced"]
        | None = None,
        kind: str | None = None,
    ) -> list[Job]:
        """List jobs."""
        return self._call(
            list[Job], "GET jobs", "items", before=before, limit=limit, status=status, kind=kind
        )

    def get_job(self, job_id: int) -> Job:
        """Get a job."""
        return self._call(Job, "GET jobs/{job_id}", job_id=job_id)

    def cancel_job(self, job_id: int) -> Job:
        """Cancel a job."""
        return self._call(Job, "POST jobs/{job_id}/cancel", job_id=job_id)

    def retry_job(self, job_id: int) -> Job:
        """Retry a job."""
        return self._call(Job, "POST jobs/{job_id}/retry", job_id=job_id)

    def retry_failed_jobs(self) -> list[int]:
        """Retry all jobs that failed."""
        return self._call(list[int], "POST jobs/retry", "retried")

    def get_track(self, track_id: UUID) -> Track:
        """Get what was given in a request."""
        return self._call(Track, "GET tracks/{track_id}", track_id=track_id)

    def list_workspaces(self, after: int = 0, limit: int = 100) -> list[WorkspaceSummary]:
        """List workspaces."""
        return self._call(
            list[WorkspaceSummary], "GET workspaces", "items", after=after, limit=limit
        )

    def create_workspace(self, name: str) -> WorkspaceSummary:
        """Make a workspace."""
        return self._call(WorkspaceSummary, "POST workspaces", name=name)

    def get_workspace(self) -> ConfiguredWorkspace:
        """Show a workspace."""
        return self._call(ConfiguredWorkspace, "GET workspaces/{workspace}")

    def delete_workspace(self) -> None:
        """Delete a workspace."""
        return self._call(NoneType, "DELETE workspaces/{workspace}")

    def get_extraction(self) -> ExtractionSettings:
        """Show how entities are extracted."""
        return self._call(ExtractionSettings, "GET workspaces/{workspace}/extraction")

    def configure_extraction(self, changes: Mapping[str, Any]) -> ExtractionSettings:
        """Change how entities are extracted."""
        return self._call(
            ExtractionSettings, "PATCH workspaces/{workspace}/extraction", body=changes
        )

    def get_retrieval(self) -> RetrievalSettings:
        """Show how a workspace retrieves."""
        return self._call(RetrievalSettings, "GET workspaces/{workspace}/retrieval")

    def configure_retrieval(self, changes: Mapping[str, Any]) -> RetrievalSettings:
        """Change how a workspace retrieves."""
        return self._call(RetrievalSettings, "PATCH workspaces/{workspace}/retrieval", body=changes)

    def get_costs(self) -> CostSettings:
        """Show what a workspace may spend."""
        return self._call(CostSettings, "GET workspaces/{workspace}/costs")

    def configure_costs(self, changes: Mapping[str, Any]) -> CostSettings:
        """Change what a workspace may spend."""
        return self._call(CostSettings, "PATCH workspaces/{workspace}/costs", body=changes)

    def create_conversation(
        self,
        title: str = "",
        metadata: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> Conversation:
        """Begin a conversation."""
        return self._call(
            Conversation,
            "POST conversations",
            title=title,
            metadata=metadata,
            expires_at=expires_at,
        )

    def list_conversations(self, before: int | None = None, limit: int = 50) -> list[Conversation]:
        """List conversations."""
        return self._call(
            list[Conversation], "GET conversations", "items", before=before, limit=limit
        )

    def get_conversation(
        self, conversation_id: int, after: int = 0, limit: int = 100
    ) -> Transcript:
        """Get a conversation."""
        return self._call(
            Transcript,
            "GET conversations/{conversation_id}",
            conversation_id=conversation_id,
            after=after,
            limit=limit,
        )

    def change_conversation(
        self,
        conversation_id: int,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
        lasts: bool = False,
    ) -> Conversation:
        """Rename a conversation."""
        return self._call(
            Conversation,
            "PATCH conversations/{conversation_id}",
            conversation_id=conversation_id,
            title=title,
            metadata=metadata,
            expires_at=expires_at,
            lasts=lasts,
        )

    def delete_conversation(self, conversation_id: int) -> None:
        """Delete a conversation."""
        return self._call(
            NoneType, "DELETE conversations/{conversation_id}", conversation_id=conversation_id
        )

    def create_key(
        self,
        role: Literal["reader", "writer", "admin"],
        name: str = "",
        principals: Sequence[str] = (),
        expires_at: datetime | None = None,
        every_workspace: bool = False,
        per_minute: int | None = None,
        questions_per_minute: int | None = None,
        writes_per_minute: int | None = None,
    ) -> NewKey:
        """Make a key."""
        return self._call(
            NewKey,
            "POST keys",
            role=role,
            name=name,
            principals=principals,
            expires_at=expires_at,
            every_workspace=every_workspace,
            per_minute=per_minute,
            questions_per_minute=questions_per_minute,
            writes_per_minute=writes_per_minute,
        )

    def list_keys(
        self, after: int = 0, limit: int = 100, every_workspace: bool = False
    ) -> list[Key]:
        """List keys."""
        return self._call(
            list[Key],
            "GET keys",
            "items",
            after=after,
            limit=limit,
            every_workspace=every_workspace,
        )

    def revoke_key(self, prefix: str) -> Key:
        """Revoke a key."""
        return self._call(Key, "DELETE keys/{prefix}", prefix=prefix)

    def rotate_key(self, prefix: str, grace: int = 0) -> NewKey:
        """Change a key for another."""
        return self._call(NewKey, "POST keys/{prefix}/rotate", prefix=prefix, grace=grace)

    def list_audit(
        self,
        before: int | None = None,
        limit: int = 100,
        since: datetime | None = None,
        until: datetime | None = None,
        who: str | None = None,
        document: int | None = None,
        every_workspace: bool = False,
    ) -> list[AuditEntry]:
        """List who asked and changed what."""
        return self._call(
            list[AuditEntry],
            "GET audit",
            "items",
            before=before,
            limit=limit,
            since=since,
            until=until,
            who=who,
            document=document,
            every_workspace=every_workspace,
        )

    def erase(
        self,
        documents: Sequence[int] = (),
        sources: Sequence[str] = (),
        words: Sequence[str] = (),
        principals: Sequence[str] = (),
        dry_run: bool = False,
        vacuum: bool = False,
    ) -> Receipt:
        """Erase documents, words or a principal."""
        return self._call(
            Receipt,
            "POST erase",
            documents=documents,
            sources=sources,
            words=words,
            principals=principals,
            dry_run=dry_run,
            vacuum=vacuum,
        )
