"""Refuses questions that nobody could mean, in words, before anything is done for them."""

from dataclasses import fields
from typing import get_type_hints

from sqlrag.domain.errors import BadInput
from sqlrag.domain.names import check_text
from sqlrag.domain.operations import check_bounds, read_metas
from sqlrag.domain.retrieval import MODES, QueryParam

_MOST_KEYWORDS = 100
_MOST_TURNS = 1_000
LONGEST_QUESTION = 100_000  # characters
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
    if len(question) > LONGEST_QUESTION:
        raise BadInput(
            f"The question has {len(question):,} characters; ask one of at most "
            f"{LONGEST_QUESTION:,}, and ingest longer texts."
        )
    check_text("The question", question)
    if param.mode not in MODES:
        known = ", ".join(MODES)
        raise BadInput(f'There is no mode "{param.mode}"; use one of {known}.')
    for name, meta in _BOUNDED:
        check_bounds(name, getattr(param, name), meta)
    if param.conversation_id is not None and param.conversation_history:
        raise BadInput(
            "The question comes with conversation_id and with conversation_history; give one: a "
            "conversation that is kept knows its earlier turns."
        )
    if len(param.conversation_history) > _MOST_TURNS:
        raise BadInput(
            f"conversation_history holds {len(param.conversation_history):,} turns; "
            f"send the latest, at most {_MOST_TURNS:,}."
        )
    _check_keywords("ll_keywords", param.ll_keywords)
    _check_keywords("hl_keywords", param.hl_keywords)


def check_background(param: QueryParam) -> None:
    """Raises BadInput for what a job would show to all: the result of a job is for every reader of
    the workspace, and a conversation is not."""
    if param.conversation_id is not None and not is_answered(param):
        raise BadInput(
            "In the background a conversation is given answers alone; leave out only_need_context "
            "and only_need_prompt, or ask in the foreground."
        )


def is_answered(param: QueryParam) -> bool:
    """Whether an answer is asked for, and not what one would be made of."""
    return not (param.only_need_context or param.only_need_prompt)


def _check_keywords(name: str, keywords: tuple[str, ...]) -> None:
    if isinstance(keywords, str):
        raise BadInput(f'{name} is one text; use a list of texts, such as ["{keywords[:40]}"].')
    if len(keywords) > _MOST_KEYWORDS:
        raise BadInput(f"{name} holds {len(keywords)} keywords; use at most {_MOST_KEYWORDS}.")
    for keyword in keywords:
        check_text(name, keyword)
