"""What clients of LightRAG delete: documents, all documents, and answers that were kept."""

from typing import Annotated, Any, Literal

from litestar import Request
from msgspec import Meta, Struct

from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.lightrag.documents import JOB
from sqlrag.doors.http.dialects.lightrag.speaking import Succeeded, lightrag
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.rag.shelf import count_ingestions, forget_answers

_PAGE = 1_000
_AS_A_NUMBER = "0123456789"


class DeletionAsked(Struct, frozen=True):
    doc_ids: Annotated[list[str], Meta(min_length=1, max_length=1_000)]
    delete_file: Annotated[bool, Meta(description="It goes with its document anyway.")] = False
    delete_llm_cache: Annotated[bool, Meta(description="None is kept by document.")] = False


class Deleted(Struct, frozen=True):
    status: Literal["deletion_started"]
    message: str
    doc_id: str


class Cleared(Struct, frozen=True):
    status: Literal["success", "busy"]
    message: str


@lightrag(
    "DELETE /documents/delete_document",
    "Delete documents as a client of LightRAG does",
    (NotFound,),
    takes=DeletionAsked,
    role="writer",
)
async def delete_by_ids(request: Request[Any, Any, Any], rag: RagOfWorkspace) -> Deleted:
    """With everything made of them, at once; what is still to be read is not read any more. 404
    where none of them is there."""
    data: DeletionAsked = await request.json()
    named = [_read_id(one) for one in data.doc_ids]
    jobs = [await rag.cancel_job(number) for kind, number in named if kind]
    made = [
        (job.result or {}).get("document_id") for job in jobs
    ]  # of those that were done by then
    ids = [number for kind, number in named if not kind] + [one for one in made if one]
    gone = await rag.delete(*ids)
    cancelled = sum(job.status == "cancelled" for job in jobs)
    if not (gone or cancelled):
        raise NotFound(f"There is no document {', '.join(data.doc_ids)[:200]}.")
    told = f"Deleted: {', '.join(key for _, key in gone) or 'none'}."
    told += f" Not read any more: {cancelled}." if cancelled else ""
    return Deleted("deletion_started", told, ", ".join(data.doc_ids))


@lightrag("DELETE /documents", "Delete all documents as a client of LightRAG does")
async def clear_documents(rag: RagOfWorkspace) -> Cleared:
    """With everything made of them; the workspace stays, with its keys, its settings and what
    people made of its graph. Not while documents are read: `busy`."""
    if count := await count_ingestions(rag):
        return Cleared("busy", f"{count} documents are still to be read; cancel that first.")
    total = 0
    while page := await rag.list_documents(0, _PAGE):
        total += len(await rag.delete(*(one.document_id for one in page)))
    return Cleared(
        "success", f"{total} documents were deleted; what people made of the graph stays."
    )


@lightrag(
    "POST /documents/clear_cache",
    "Forget kept answers as a client of LightRAG does",
    opt={ANY_CONTENT: True},
    role="writer",
)
async def clear_cache(rag: RagOfWorkspace) -> Succeeded:
    """Those that would be given again while nothing has changed. What models found in documents is
    part of these, and stays."""
    return Succeeded("success", f"{await forget_answers(rag)} kept answers were forgotten.")


def _read_id(text: str) -> tuple[str, int]:
    """Whether it is that of a job, and the number. Raises BadInput."""
    kind = JOB if text.startswith(JOB) else ""
    number = text.removeprefix(kind)
    if not number or number.strip(_AS_A_NUMBER) or len(number) > 15 or number[0] == "0":
        raise BadInput(f'"{text[:80]}" is not the id of a document; use those that are listed.')
    return kind, int(number)


DOORS = (*delete_by_ids, *clear_documents, *clear_cache)
