"""From the bytes of a file to text, language and chunks; nothing here touches the network.

The rest of the house imports from this door only. Names are imported when first asked for: worker
processes pass the door too, and start in two thirds of the time without what stands behind it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlrag.domain.limits import Limits as Limits
    from sqlrag.domain.limits import Splitting as Splitting
    from sqlrag.parsing.formats import list_suffixes as list_suffixes
    from sqlrag.parsing.languages import detect_language as detect_language
    from sqlrag.parsing.parse import check_kind as check_kind
    from sqlrag.parsing.pool import ParserPool as ParserPool
    from sqlrag.parsing.refusals import too_large as too_large
    from sqlrag.parsing.token_ids import decode_tokens as decode_tokens
    from sqlrag.parsing.tokens import count_tokens as count_tokens
    from sqlrag.parsing.tokens import estimate_tokens as estimate_tokens

_HOMES = {
    "Limits": "sqlrag.domain.limits",
    "ParserPool": "sqlrag.parsing.pool",
    "Splitting": "sqlrag.domain.limits",
    "check_kind": "sqlrag.parsing.parse",
    "count_tokens": "sqlrag.parsing.tokens",
    "decode_tokens": "sqlrag.parsing.token_ids",
    "detect_language": "sqlrag.parsing.languages",
    "estimate_tokens": "sqlrag.parsing.tokens",
    "list_suffixes": "sqlrag.parsing.formats",
    "too_large": "sqlrag.parsing.refusals",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_HOMES[name]), name)
