"""The door through which documents come: as files of a form, or as texts in JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import FormMultiDict, State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.params import HeaderParameter
from msgspec import Meta, Struct

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import BacklogFull, BadInput, UnsupportedMediaType
from sqlrag.domain.jobs import Track
from sqlrag.doors.http.addresses import RagOfWorkspace, locate
from sqlrag.doors.http.bodies import BrokenBody, beside, check_values
from sqlrag.doors.http.errors import IngestResults, answer_batch
from sqlrag.doors.http.gate import ANY_CONTENT
from sqlrag.doors.http.openapi import FORM, REQUESTS, door
from sqlrag.doors.shapes import TextDocument, describe
from sqlrag.rag.documents import FAILURES

_Prefer: Any = Annotated[
    str | None,
    HeaderParameter(name="Prefer", description="`respond-async`: in the background (RFC 7240)."),
]
BYTES_OF_FORM = {"contentMediaType": "application/octet-stream"}
# What clients send when they do not know better; the file's name and bytes tell more.
_VAGUE_MEDIA_TYPES = ("text/plain", "application/octet-stream")


class TextDocuments(Struct, frozen=True, forbid_unknown_fields=True):
    documents: Annotated[tuple[TextDocument, ...], Meta(min_length=1, max_length=1_000)]


class DocumentForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Files to ingest, and what is said of all of them."""

    files: Annotated[
        list[Annotated[str, Meta(extra_json_schema=BYTES_OF_FORM)]], Meta(min_length=1)
    ]
    metadata: Annotated[str, Meta(description="A JSON object; it goes to every file.")] = "{}"
    tags: Annotated[str, Meta(description="Separated by commas, or repeated.")] = ""
    read: Annotated[
        str,
        Meta(
            description="Principals that may read them, as tags are given; empty for everybody. "
            "Not given, documents that are there stay for whom they were."
        ),
    ] = ""
    source_key: Annotated[
        str, Meta(description="For a single file; otherwise file names are the keys.")
    ] = ""


_FORM_FIELDS = DocumentForm.__struct_fields__[1:]
_TAKEN = {
    "application/json": (
        {"oneOf": [describe(TextDocuments), describe(TextDocument)]},
        REQUESTS["ingest_documents"],
    ),
    "multipart/form-data": (describe(DocumentForm), FORM),
}


@door(
    "POST /v1/documents",
    "Ingest documents",
    (*FAILURES, BacklogFull),
    returns=IngestResults,
    status=201,
    partial=207,
    later=Track,
    content=_TAKEN,
    opt={ANY_CONTENT: True},
    role="writer",
    repeats="kept",
)
async def ingest_documents(
    request: Request[Any, Any, Any], rag: RagOfWorkspace, state: State, prefer: _Prefer = None
) -> Response[Any]:
    """Files as a form, or texts as JSON; one result for each, in their order.

    With `Prefer: respond-async`, and when they are many bytes, they are ingested in the background:
    202 has the id of a track, which tells what becomes of each, and of its jobs.

    The same content again is `unchanged`; other content under the same source key replaces it.
    201: all were ingested. 207: some failed, their results say why. When all failed, the status
    is that of their failure (422 when they failed in several ways), and the results come with
    the problem.
    """
    sources = await _read_sources(request)
    size = sum(len(source.data) for source in sources)
    if "respond-async" in (prefer or "").lower() or size > state.background_bytes:
        track = await rag.enqueue_documents(*sources)
        location = locate(rag, f"tracks/{track.track_id}")
        return Response(track, status_code=202, headers={"location": location})
    return answer_batch(await rag.ingest(*sources))


async def _read_sources(request: Request[Any, Any, Any]) -> list[Source]:
    """Raises BadInput, UnsupportedMediaType, DocumentTooLarge."""
    media_type = request.content_type[0]
    if media_type == RequestEncodingType.MULTI_PART:
        sources = await _read_form(request)
    elif media_type == RequestEncodingType.JSON:
        body = await request.body()
        sources = await beside(body, _read_json, body)
    else:
        raise UnsupportedMediaType(
            f'Documents do not come as "{media_type}"; send files as multipart/form-data, or '
            "texts as application/json."
        )
    refuse_ambiguous(sources)
    return sources


def _read_json(body: bytes) -> list[Source]:
    check_values(body)
    try:
        given = msgspec.json.decode(body)
        if isinstance(given, dict) and "documents" not in given:
            given = {"documents": [given]}
        texts = msgspec.convert(given, TextDocuments).documents
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadInput(
            f'The documents cannot be read: {error}; send {{"documents": [{{"text": "…"}}]}} or '
            'one {"text": "…"}.'
        ) from error
    return [one.make_source() for one in texts]


async def _read_form(request: Request[Any, Any, Any]) -> list[Source]:
    files, fields = [], dict[str, list[str]]()
    for name, value in (await parse_form(request)).multi_items():
        if isinstance(value, UploadFile):
            files.append(value)
        elif name in _FORM_FIELDS:
            fields.setdefault(name, []).append(value)
        else:
            raise BadInput(
                f'The form has an unknown field "{name}"; beside files there are '
                f"{', '.join(_FORM_FIELDS)}."
            )
    if not files:
        raise BadInput("The form holds no file; send at least one, with its file name.")
    keys = fields.get("source_key", [])
    if keys and (len(keys) > 1 or len(files) > 1):
        raise BadInput(
            "One source_key names one file; send files with keys of their own one by one, or let "
            "their file names be the keys."
        )
    said = {
        "metadata": _read_metadata(fields.get("metadata", ["{}"])),
        "tags": _read_list(fields.get("tags", ())),
        "read": _read_list(fields["read"]) if "read" in fields else None,
    }
    return [await read_file(file, keys, said) for file in files]


def _read_list(texts: Iterable[str]) -> tuple[str, ...]:
    listed = (part.strip() for text in texts for part in text.split(","))
    return tuple(dict.fromkeys(filter(None, listed)))


async def parse_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    try:
        return await request.form()
    except (ClientException, UnicodeError, LookupError) as error:
        if isinstance(error, BrokenBody):
            raise
        reason = error.detail if isinstance(error, ClientException) else str(error)
        raise BadInput(
            f"The form cannot be read ({reason}); send multipart/form-data of at most "
            f"{request.app.multipart_form_part_limit:,} parts, texts in UTF-8."
        ) from error


async def read_file(file: UploadFile, keys: Sequence[str], said: dict[str, Any]) -> Source:
    key = next(iter(keys), "") or file.filename
    return Source(key, await file.read(), file.filename, read_media_type(file), **said)


def read_media_type(file: UploadFile) -> str | None:
    """What a client says of a file, where that says something."""
    media_type = file.content_type.partition(";")[0].strip().lower()
    return None if media_type in _VAGUE_MEDIA_TYPES else media_type


def _read_metadata(texts: Sequence[str]) -> dict[str, Any]:
    try:
        metadata = json.loads(texts[-1])
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The field metadata is not JSON: {error}.") from error
    if not isinstance(metadata, dict) or len(texts) > 1:
        raise BadInput('The field metadata must be one JSON object, such as {"year": 2024}.')
    return metadata


def refuse_ambiguous(sources: Sequence[Source]) -> None:
    """Two contents under one key would leave to chance which of them stays."""
    seen: dict[str, bytes] = {}
    for source in sources:
        if seen.setdefault(source.source_key, source.data) != source.data:
            raise BadInput(
                f'Two different documents of the request have the source key "{source.source_key}"'
                "; give each its own."
            )
