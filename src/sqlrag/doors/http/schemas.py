"""The shapes of requests and responses that are not things of the domain."""

from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, defstruct

from sqlrag.domain.documents import IngestResult
from sqlrag.domain.operations import bare, read_metas
from sqlrag.domain.retrieval import Answer, Context, QueryParam, Reference

_BYTES = {"contentMediaType": "application/octet-stream"}


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a request was not served; `results` when it was a batch of documents."""

    type: str
    title: str
    status: int
    detail: str
    results: list[IngestResult] | None = None


class Health(Struct, frozen=True):
    status: Literal["live", "ready"]


class TextDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A text to ingest."""

    text: Annotated[str, Meta(description="The text itself.")]
    id: Annotated[
        str | None, Meta(description="The source key; without it, equal texts are one document.")
    ] = None
    title: Annotated[
        str | None, Meta(description="Shown in references and searched with every chunk.")
    ] = None
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON; filters compare it.")] = {}
    tags: tuple[Annotated[str, Meta(description="A tag.")], ...] = ()
    media_type: Annotated[
        str | None,
        Meta(description="How to read the text, such as text/markdown; plain if not given."),
    ] = None
    language: Annotated[
        str | None, Meta(description="A text search configuration; detected if not given.")
    ] = None


class TextDocuments(Struct, frozen=True, forbid_unknown_fields=True):
    documents: tuple[TextDocument, ...]


class DocumentForm(Struct, frozen=True):
    """Files to ingest, and what is said of all of them."""

    files: list[Annotated[str, Meta(extra_json_schema=_BYTES)]]
    metadata: Annotated[str, Meta(description="A JSON object; it goes to every file.")] = "{}"
    tags: list[Annotated[str, Meta(description="Repeated, or separated by commas.")]] = []
    source_key: Annotated[
        str, Meta(description="For a single file; otherwise file names are the keys.")
    ] = ""


class IngestResults(Struct, frozen=True):
    """One result for each document, in their order."""

    results: list[IngestResult]


def _unbounded(annotation: Any) -> Any:
    """With its description alone, so that the use-case tells what is wrong, in its own words."""
    said = [meta.description for meta in read_metas(annotation) if meta.description]
    bounds = [f"{meta.ge} to {meta.le}" for meta in read_metas(annotation) if meta.ge is not None]
    kind = bare(annotation)
    if get_origin(kind) is Literal:
        said.append(f"One of {', '.join(get_args(kind))}.")
        kind = str
    text = " ".join([*said, *(f"From {bound}." for bound in bounds[:1])])
    return Annotated[kind, Meta(description=text)] if text else kind


def _fields(kind: type) -> list[tuple[str, Any, Any]]:
    """The fields of a dataclass that have a default, as those of a struct."""
    hints = get_type_hints(kind, include_extras=True)
    return [
        (one.name, _unbounded(hints[one.name]), one.default)
        for one in fields(kind)
        if one.default is not MISSING
    ]


# A question and how to answer it; rag/answering.py has a sentence for each bound.
QueryRequest = defstruct(
    "QueryRequest",
    [("question", str), *_fields(QueryParam)],
    frozen=True,
    forbid_unknown_fields=True,
)
# `[n]` in the answer is the reference of that number. The rows of the context come with
# `only_need_context` or `explain`, the plan with `explain`.
QueryResponse = defstruct(
    "QueryResponse",
    [
        ("answer", str),
        ("references", tuple[Reference, ...]),
        ("model", str),
        ("mode", str),
        ("seconds", dict[str, float]),
        *_fields(Answer),
        *_fields(Context),
    ],
    frozen=True,
    omit_defaults=True,
)


@dataclass(frozen=True, kw_only=True)
class QueryData(Context):
    """What was retrieved; the reference with number n is of the chunk of rank n."""

    references: tuple[Reference, ...]
    seconds: dict[str, float]
