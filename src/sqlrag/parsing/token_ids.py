"""Texts of tokens that somebody else has made of them."""

from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from sqlrag.domain.errors import BadInput
from sqlrag.parsing.tokens import is_on_disk

if TYPE_CHECKING:
    from tiktoken import Encoding

# What clients of OpenAI take for models of embeddings, and for those whose names they do not know.
VOCABULARY = "cl100k_base"
URL = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
_TURN = Lock()


def decode_tokens(texts: Sequence[Sequence[int]]) -> list[str]:
    """The text of each list of tokens of cl100k_base. Raises BadInput, also where the vocabulary is
    not in tiktoken's cache: no connection is opened for it."""
    with _TURN:
        encoding = _encoding()
    if encoding is None:
        raise BadInput(
            f"input holds tokens, and tiktoken's vocabulary {VOCABULARY}, which makes texts of "
            "them, is not here; send texts, or set TIKTOKEN_CACHE_DIR to a directory that holds it."
        )
    try:
        return [encoding.decode(tokens) for tokens in texts]
    except (KeyError, OverflowError) as error:
        raise BadInput(
            f"input holds {error}, which is no token of {VOCABULARY}; send texts."
        ) from error


@cache
def _encoding() -> "Encoding | None":
    if not is_on_disk(URL, SHA256):
        return None
    import tiktoken

    return tiktoken.get_encoding(VOCABULARY)
