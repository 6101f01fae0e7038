"""The door to a conversation as a file."""

from typing import Annotated

from litestar import Response
from litestar.params import PathParameter, QueryParameter

from sqlrag.domain.conversations import Transcript, TranscriptFormat
from sqlrag.domain.errors import NotFound
from sqlrag.domain.operations import LARGEST_ID
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.openapi import RESPONSES, door
from sqlrag.doors.shapes import describe

_Of = Annotated[int, PathParameter(ge=1, le=LARGEST_ID, description="The id of a conversation.")]
_Form = Annotated[TranscriptFormat, QueryParameter(name="format", description="Of the file.")]
_MEDIA_TYPES: dict[TranscriptFormat, str] = {
    "json": "application/json",
    "markdown": "text/markdown",
}
_ENDINGS: dict[TranscriptFormat, str] = {"json": "json", "markdown": "md"}
_EXAMPLES = RESPONSES.get("export_conversation", {"json": None, "markdown": None})


@door(
    "GET /v1/conversations/{conversation_id:int}/export",
    "Download a conversation",
    (NotFound,),
    returns=str,
    streams={
        "application/json": (describe(Transcript), _EXAMPLES["json"]),
        "text/markdown": ({"type": "string"}, _EXAMPLES["markdown"]),
    },
    role="reader",
)
async def export_conversation(
    rag: RagOfWorkspace, conversation_id: _Of, form: _Form = "json"
) -> Response[bytes]:
    """All its turns with what their answers cite: as JSON for programs, or as Markdown."""
    written = await rag.export_conversation(conversation_id, form)
    name = f"conversation-{conversation_id}.{_ENDINGS[form]}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(written.encode(), media_type=_MEDIA_TYPES[form], headers=headers)
