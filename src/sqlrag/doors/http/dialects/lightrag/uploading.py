"""Documents that clients of LightRAG hand in: files and texts, which are read in the background."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import JSONBody
from msgspec import Meta, Struct

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BacklogFull, BadInput, UnreadableDocument
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.dialects.lightrag.speaking import lightrag
from sqlrag.doors.http.documents import BYTES_OF_FORM, parse_form, read_file, refuse_ambiguous
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.doors.http.openapi import REQUESTS
from sqlrag.doors.shapes import describe
from sqlrag.parsing import check_kind
from sqlrag.rag.board import takes_anybody

_Chunking: Any = Annotated[
    dict[str, Any] | None,
    Meta(description="None: the workspace splits.", extra_json_schema={"enum": [None]}),
]


class FileForm(Struct, frozen=True):
    file: Annotated[str, Meta(extra_json_schema=BYTES_OF_FORM)]


class TextAsked(Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1)]
    file_source: Annotated[str | None, Meta(description="The source key.")] = None
    chunking: _Chunking = None


class TextsAsked(Struct, frozen=True):
    texts: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(min_length=1, max_length=1_000)]
    file_sources: Annotated[
        list[str] | None, Meta(description="Their source keys, as many as there are texts.")
    ] = None
    chunking: _Chunking = None


class Inserted(Struct, frozen=True):
    """`track_id` tells what becomes of it, by `/documents/track_status`."""

    status: Literal["success"]
    message: str
    track_id: str


_FAILURES = (UnreadableDocument, BacklogFull)


@lightrag(
    "POST /documents/upload",
    "Upload a file as a client of LightRAG does",
    _FAILURES,
    takes=FileForm,
    content={"multipart/form-data": (describe(FileForm), REQUESTS.get("upload_document"))},
    opt={ANY_CONTENT: True},
    role="writer",
)
async def upload_document(request: Request[Any, Any, Any], rag: RagOfWorkspace) -> Inserted:
    """It is read in the background, under its name, and replaces what has the same."""
    if request.content_type[0] != RequestEncodingType.MULTI_PART:
        raise BadInput("A file comes as multipart/form-data, in the field file.")
    form = [*(await parse_form(request)).multi_items()]
    files = [one for name, one in form if name == "file" and isinstance(one, UploadFile)]
    if len(files) != 1 or len(form) != 1:
        raise BadInput("The form has one file, in the field file, and nothing else.")
    source = await read_file(files[0], (), {})
    check_kind(source.data, source.file_name)
    return await _insert(rag, [source])


@lightrag(
    "POST /documents/text",
    "Insert a text as a client of LightRAG does",
    _FAILURES,
    takes=TextAsked,
    role="writer",
)
async def insert_text(data: JSONBody[Any], rag: RagOfWorkspace) -> Inserted:
    """It is read in the background. Without a source, equal texts are one document."""
    _refuse_chunking(data.chunking)
    return await _insert(rag, [Source.of_text(data.text, data.file_source)])


@lightrag(
    "POST /documents/texts",
    "Insert texts as a client of LightRAG does",
    _FAILURES,
    takes=TextsAsked,
    role="writer",
)
async def insert_texts(data: JSONBody[Any], rag: RagOfWorkspace) -> Inserted:
    """They are read in the background."""
    _refuse_chunking(data.chunking)
    keys = data.file_sources or [None] * len(data.texts)
    if len(keys) != len(data.texts):
        raise BadInput(
            f"There are {len(data.texts)} texts and {len(keys)} file_sources; give as many of one "
            "as of the other, or no file_sources."
        )
    given = zip(data.texts, keys, strict=True)
    return await _insert(rag, [Source.of_text(text, key) for text, key in given])


async def _insert(rag: Any, sources: Sequence[Source]) -> Inserted:
    refuse_ambiguous(sources)
    track = await rag.enqueue_documents(*sources)
    many = f"{len(sources)} documents wait" if len(sources) > 1 else "The document waits"
    is_done = await takes_anybody(rag.storage, "ingest")
    told = "." if is_done else ", but no worker is running: sqlrag worker starts one."
    return Inserted("success", f"{many} to be read{told}", str(track.track_id))


def _refuse_chunking(chunking: Any) -> None:
    """Raises BadInput: what would change the text that is found is not left out silently."""
    if chunking is not None:
        raise BadInput(
            "How a text is split is the server's to say (SQLRAG_CHUNK_TOKENS); leave chunking out."
        )


DOORS = (*upload_document, *insert_text, *insert_texts)
