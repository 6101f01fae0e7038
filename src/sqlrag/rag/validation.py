"""What may be asked for; each bound has its sentence."""

from dataclasses import fields
from typing import get_type_hints

from sqlrag.domain.errors import BadInput
from sqlrag.domain.names import check_text
from sqlrag.domain.operations import check_bounds, read_metas
from sqlrag.domain.retrieval import MODES, QueryParam

_MOST_KEYWORDS = 100
_LONGEST_QUESTION = 100_000  # characters
_HINTS = get_type_hints(QueryParam, include_extras=True)
_BOUNDED = [
    (one.name, meta)
    for one in fields(QueryParam)
    for meta in read_metas(_HINTS[one.name])
    if meta.ge is not None
]


def check_question(question: str, param: QueryParam) -> None:
    """Raises BadInput where no retrieval could be meant."""
    if not question.strip():
        raise BadInput("The question is empty; ask something.")
    if len(question) > _LONGEST_QUESTION:
        raise BadInput(
            f"The question has {len(question):,} characters; ask one of at most "
            f"{_LONGEST_QUESTION:,}, and ingest longer texts."
        )
    check_text("The question", question)
    if param.mode not in MODES:
        known = ", ".join(MODES)
        raise BadInput(f'There is no mode "{param.mode}"; use one of {known}.')
    for name, meta in _BOUNDED:
        check_bounds(name, getattr(param, name), meta)
    _check_keywords("ll_keywords", param.ll_keywords)
    _check_keywords("hl_keywords", param.hl_keywords)


def _check_keywords(name: str, keywords: tuple[str, ...]) -> None:
    if isinstance(keywords, str):
        raise BadInput(f'{name} is one text; use a list of texts, such as ["{keywords[:40]}"].')
    if len(keywords) > _MOST_KEYWORDS:
        raise BadInput(f"{name} holds {len(keywords)} keywords; use at most {_MOST_KEYWORDS}.")
    for keyword in keywords:
        check_text(name, keyword)
