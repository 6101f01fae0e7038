"""How many tokens a text has: counted where the vocabulary is at hand, estimated elsewhere."""

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

VOCABULARY = "o200k_base"
URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"

PIECES = re.compile(
    r"(?P<word>[A-Za-z]+)|(?P<digits>[0-9]{1,3})|(?P<mark>[!-/:-@\[-`{-~])|(?P<line>\n\s*)"
    r"|(?P<near>[\u0080-\u07ff])|(?P<far>[\u0800-\U0010ffff])"
)
WEIGHTS = {"word": 1.03, "digits": 1.75, "mark": 0.35, "line": 1.6, "near": 0.23, "far": 0.72}

_TURN = Lock()
log = logging.getLogger(__name__)


def count_tokens(texts: Sequence[str]) -> list[int]:
    """The o200k_base tokens of each text; special tokens count as the plain text they are.

    Never opens a connection: a vocabulary that is not in tiktoken's cache is estimated around,
    and a warning says so once per process.
    """
    encoding = _encoding()
    if encoding is None:
        return [estimate_tokens(text) for text in texts]
    # One by one: a batch starts a pool of threads, which costs more than a few texts.
    return [len(encoding.encode_ordinary(text)) for text in texts]


def estimate_tokens(text: str) -> int:
    """A weighted count of words, digits, marks and letters beyond ASCII.

    Fitted to and measured on passages of 1,500 characters against o200k_base, the mean error was
    2.5 % on an English essay, 3.5 % on two financial reports, 7 % on a Russian page with code, 5 %
    on simplified and 12 % (too low) on traditional Chinese; no passage was off by more than 18 %.
    German and Korean came out up to 15 % too high.
    """
    return round(sum(WEIGHTS[found.lastgroup or ""] for found in PIECES.finditer(text)))


def vocabulary_is_cached() -> bool:
    """Whether tiktoken finds its vocabulary on disk, intact; it would download it otherwise."""
    # Threads that begin together would each look for it, and each say that it is missing.
    with _TURN:
        return _find_vocabulary()


@cache
def _find_vocabulary() -> bool:
    if is_on_disk(URL, SHA256):
        return True
    log.warning(
        "Token counts are estimates: tiktoken's vocabulary %s is not in %s; set "
        "TIKTOKEN_CACHE_DIR to a directory that holds it to have them counted.",
        *(VOCABULARY, _cache_folder()),
    )
    return False


def is_on_disk(url: str, sha256: str) -> bool:
    """Whether tiktoken's cache has what is there, intact."""
    name = hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()
    with suppress(OSError):
        return hashlib.sha256((_cache_folder() / name).read_bytes()).hexdigest() == sha256
    return False


def _cache_folder() -> Path:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    return Path(tempfile.gettempdir(), "data-gym-cache") if folder is None else Path(folder)


@cache
def _encoding() -> "Encoding | None":
    if not vocabulary_is_cached():
        return None
    import tiktoken

    try:
        return tiktoken.get_encoding(VOCABULARY)
    except Exception as error:
        log.warning("Token counts are estimates: tiktoken cannot load its vocabulary: %s", error)
        return None
