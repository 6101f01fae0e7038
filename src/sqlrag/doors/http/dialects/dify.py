"""The door for Dify, which takes a workspace for an external knowledge base."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from litestar.params import JSONBody
from msgspec import Meta, Struct

from sqlrag.app import Rag
from sqlrag.domain.documents import Document
from sqlrag.domain.errors import BadInput, Conflict, ModelError, NotFound
from sqlrag.domain.retrieval import QueryParam, ScoredChunk
from sqlrag.doors.http.addresses import RagOfWorkspace
from sqlrag.doors.http.admission import check_reach
from sqlrag.doors.http.errors import Dialect, Problem
from sqlrag.doors.http.openapi import door

_PAGE = 1_000
_UNNAMED = {404: 2001, 401: 1002, 403: 1002}  # as Dify numbers them: no knowledge, no right
Operator = Literal[
    "contains", "not contains", "start with", "end with", "is", "is not", "in", "not in",
    "empty", "not empty", "=", "≠", ">", "<", "≥", "≤", "before", "after",
]  # fmt: skip


class Failure(Struct, frozen=True):
    error_code: int
    error_msg: str


class _Setting(Struct, frozen=True):
    top_k: Annotated[int, Meta(description="1 to 1,000.")]
    score_threshold: float = 0.0


class _Condition(Struct, frozen=True):
    """On a field of the metadata of documents, or on any of several."""

    name: str | list[str]
    comparison_operator: Operator
    value: Any = None


class _Conditions(Struct, frozen=True):
    conditions: list[_Condition]
    logical_operator: Literal["and", "or"] = "and"


class KnowledgeRequest(Struct, frozen=True):
    knowledge_id: Annotated[str, Meta(description="A workspace by its name.")]
    query: str
    retrieval_setting: _Setting
    metadata_condition: _Conditions | None = None


class _Record(Struct, frozen=True):
    content: str
    score: float
    title: str
    metadata: dict[str, Any]


class Knowledge(Struct, frozen=True):
    records: list[_Record]


def _tell(problem: Problem) -> Failure:
    return Failure(_UNNAMED.get(problem.status, problem.status), problem.detail)


@door(
    "POST /dify/retrieval",
    "Retrieve as Dify does",
    (NotFound, Conflict, ModelError),
    takes=KnowledgeRequest,
    role="reader",
    confined=True,
    speaks=Dialect(Failure, _tell),
)
async def retrieve_knowledge(data: JSONBody[Any], rag: RagOfWorkspace) -> Knowledge:
    """What is found in a workspace for a question, best first, down to a score.

    Conditions on metadata are filters, but for those on parts of a text: for these all documents
    are looked through first, which takes its time where they are many.
    """
    check_reach(rag.access, data.knowledge_id)
    rag = rag.in_workspace(data.knowledge_id)
    filters = await _find_filters(rag, data.metadata_condition)
    param = QueryParam(chunk_top_k=data.retrieval_setting.top_k, filters=filters)
    found = await rag.search(data.query, param)
    records = map(_make_record, found.chunks)
    least = data.retrieval_setting.score_threshold
    return Knowledge([one for one in records if one.score >= least])


def _make_record(chunk: ScoredChunk) -> _Record:
    place = {
        name: getattr(chunk, name)
        for name in ("document_id", "chunk_id", "source_key", "page", "char_start", "char_end")
    }
    score, title = min(1.0, max(0.0, chunk.score)), chunk.title or chunk.source_key
    return _Record(chunk.content, score, title, place | chunk.metadata)


async def _find_filters(rag: Rag, asked: _Conditions | None) -> dict[str, Any] | None:
    """Filters that admit what the conditions do."""
    if asked is None or not asked.conditions:
        return None
    plain = [_read(one) for one in asked.conditions if one.comparison_operator not in _TESTS]
    parts = [_read_test(one) for one in asked.conditions if one.comparison_operator in _TESTS]
    joined = {"metadata": {f"${asked.logical_operator}": plain}} if plain else None
    if not parts:
        return joined
    is_and = asked.logical_operator == "and"
    holds = all if is_and else any
    ids = [
        one.document_id
        async for one in _list_documents(rag, joined if is_and else None)
        if holds(test(one.metadata) for test in parts)
    ]
    if joined and not is_and:
        ids += [one.document_id async for one in _list_documents(rag, joined)]
    return {"document_ids": ids}


async def _list_documents(rag: Rag, filters: dict[str, Any] | None) -> AsyncIterator[Document]:
    page, after = await rag.list_documents(0, _PAGE, filters), 0
    while page:
        for one in page:
            yield one
        after = page[-1].document_id
        page = await rag.list_documents(after, _PAGE, filters) if len(page) == _PAGE else []


def _names(condition: _Condition) -> list[str]:
    return [condition.name] if isinstance(condition.name, str) else condition.name


def _read(condition: _Condition) -> dict[str, Any]:
    compare = _COMPARISONS[condition.comparison_operator]
    try:
        each = [one for name in _names(condition) for one in compare(name, condition.value)]
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(
            f'The condition "{condition.comparison_operator}" on {condition.name} has the value '
            f"{str(condition.value)[:80]}, which cannot be compared so; give another."
        ) from error
    return {"$or": each}


def _read_test(condition: _Condition) -> Callable[[Mapping[str, Any]], bool]:
    test, names = _TESTS[condition.comparison_operator], _names(condition)
    wanted = str(condition.value)
    if condition.value is None:
        raise BadInput(f'"{condition.comparison_operator}" on {names} has no value; give one.')
    return lambda metadata: any(test(list(_find_texts(metadata, name)), wanted) for name in names)


def _find_texts(metadata: Any, name: str) -> list[str]:
    """A field's texts, which may be in a list, or deeper where the name has dots."""
    found = metadata.get(name) if isinstance(metadata, dict) else None
    if found is None and "." in name and isinstance(metadata, dict):
        first, _, rest = name.partition(".")
        return _find_texts(metadata.get(first), rest)
    return [str(one) for one in (found if isinstance(found, list) else [found]) if one is not None]


def _forms(value: Any) -> list[Any]:
    """Of a value that was typed into a form: as it is, and as the number that it may mean."""
    if value is None:
        raise ValueError("there is none")
    if isinstance(value, bool) or not isinstance(value, str):
        return [value, str(value)] if isinstance(value, int | float) else [value]
    try:
        return [value, _read_number(value)]
    except ValueError:
        return [value]


def _read_number(value: Any) -> int | float:
    number = float(value)
    if number - number:  # NaN and infinity are in no JSON
        raise ValueError("not finite")
    return int(number) if number.is_integer() else number


def _list_forms(value: Any) -> list[Any]:
    """Of a list, which may be a text with commas."""
    listed = [one.strip() for one in value.split(",")] if isinstance(value, str) else list(value)
    return [form for one in listed for form in _forms(one)]


def _read_times(value: Any) -> list[Any]:
    """A time as it may stand in metadata: a text of ISO 8601, or seconds since 1970."""
    if isinstance(value, str):
        return _forms(value)
    return [value, datetime.fromtimestamp(value, UTC).isoformat()]


_SAID = {"$exists": True, "$nin": ["", None]}
_NUMBERS = {">": "$gt", "<": "$lt", "≥": "$gte", "≤": "$lte"}
_TIMES = {"before": "$lt", "after": "$gt"}
# By operator: the filters, one of which is to hold, for the name of a field and a value.
_COMPARISONS: dict[str, Callable[[str, Any], list[Any]]] = {
    **dict.fromkeys(("is", "="), lambda name, value: [{name: {"$in": _forms(value)}}]),
    **dict.fromkeys(("is not", "≠"), lambda name, value: [{name: {"$nin": _forms(value)}}]),
    "in": lambda name, value: [{name: {"$in": _list_forms(value)}}],
    "not in": lambda name, value: [{name: {"$nin": _list_forms(value)}}],
    "empty": lambda name, value: [{"$not": {name: _SAID}}],
    "not empty": lambda name, value: [{name: _SAID}],
    **{
        one: partial(lambda sign, name, value: [{name: {sign: _read_number(value)}}], sign)
        for one, sign in _NUMBERS.items()
    },
    **{
        one: partial(
            lambda sign, name, value: [{name: {sign: t}} for t in _read_times(value)], sign
        )
        for one, sign in _TIMES.items()
    },
}
# By operator: whether it holds of the texts of a field.
_TESTS: dict[str, Callable[[list[str], str], bool]] = {
    "contains": lambda texts, part: any(part in one for one in texts),
    "not contains": lambda texts, part: not any(part in one for one in texts),
    "start with": lambda texts, part: any(one.startswith(part) for one in texts),
    "end with": lambda texts, part: any(one.endswith(part) for one in texts),
}
