"""From the bytes of a file to text, language and chunks; nothing here touches the network.

The rest of the house imports from this door only.
"""

from typing import TYPE_CHECKING, Any

from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing.languages import detect_language
from sqlrag.parsing.refusals import too_large
from sqlrag.parsing.tokens import count_tokens, estimate_tokens

if TYPE_CHECKING:
    from sqlrag.parsing.pool import ParserPool

__all__ = [
    "Limits",
    "ParserPool",
    "Splitting",
    "count_tokens",
    "detect_language",
    "estimate_tokens",
    "too_large",
]


def __getattr__(name: str) -> Any:
    # Worker processes pass this door too: they need neither the pool nor asyncio.
    if name != "ParserPool":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from sqlrag.parsing.pool import ParserPool

    return ParserPool
