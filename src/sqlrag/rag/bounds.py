"""What may be asked for; each bound has its sentence."""

from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import MODES, QueryParam

_MOST_TOKENS = 2**31 - 1  # an int of Postgres
_MOST_KEYWORDS = 100
_LONGEST_QUESTION = 100_000  # characters
_BOUNDS = {
    "top_k": 1000,
    "chunk_top_k": 1000,
    "hops": 4,
    "max_entity_tokens": _MOST_TOKENS,
    "max_relation_tokens": _MOST_TOKENS,
    "max_total_tokens": _MOST_TOKENS,
}


def check(question: str, param: QueryParam) -> None:
    """Raises BadInput where no retrieval could be meant."""
    if not question.strip():
        raise BadInput("The question is empty; ask something.")
    if len(question) > _LONGEST_QUESTION:
        raise BadInput(
            f"The question has {len(question):,} characters; ask one of at most "
            f"{_LONGEST_QUESTION:,}, and ingest longer texts."
        )
    if "\x00" in question:
        raise BadInput("The question holds a NUL character, which Postgres cannot look for.")
    if param.mode not in MODES:
        known = ", ".join(MODES)
        raise BadInput(f'There is no mode "{param.mode}"; use one of {known}.')
    for name, most in _BOUNDS.items():
        value = getattr(param, name)
        if value is not None and not 1 <= value <= most:
            raise BadInput(f"{name} is {value}; use 1 to {most}.")
    _check_keywords("ll_keywords", param.ll_keywords)
    _check_keywords("hl_keywords", param.hl_keywords)


def _check_keywords(name: str, keywords: tuple[str, ...]) -> None:
    if isinstance(keywords, str):
        raise BadInput(f'{name} is one text; use a list of texts, such as ["{keywords[:40]}"].')
    if len(keywords) > _MOST_KEYWORDS:
        raise BadInput(f"{name} holds {len(keywords)} keywords; use at most {_MOST_KEYWORDS}.")
    if any("\x00" in keyword for keyword in keywords):
        raise BadInput(f"{name} holds a NUL character, which Postgres cannot look for; leave it.")
