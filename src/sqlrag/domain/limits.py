"""How much one document may cost, how long its chunks are, and their vectors.

Plain, since parsers read it in processes that load as little as can be.
"""

from dataclasses import dataclass

from sqlrag.domain.errors import BadInput

MOST_DIMENSIONS = 4_000  # that an index of halfvec holds
# Raised when readers make another text of the same bytes, so that documents are read anew when
# they are next ingested.
READERS = 5


@dataclass(frozen=True)
class Limits:
    """What one document may take; `timeout` is in seconds, `memory_bytes` per worker process."""

    max_file_bytes: int = 100 * 2**20
    max_text_chars: int = 20_000_000
    max_pages: int = 5_000
    timeout: float = 30.0
    memory_bytes: int = 2**30


@dataclass(frozen=True)
class Splitting:
    """The length of chunks in tokens; a chunk ends at the best boundary between min and max."""

    min_tokens: int = 400
    max_tokens: int = 1200
    overlap_tokens: int = 100

    @property
    def name(self) -> str:
        """What a recipe remembers: chunks of other readers or lengths are made anew."""
        lengths = f"{self.min_tokens}-{self.max_tokens} overlap {self.overlap_tokens}"
        return f"readers {READERS}, split {lengths}"

    def __post_init__(self) -> None:
        if not 0 <= self.overlap_tokens < self.min_tokens <= self.max_tokens:
            raise BadInput(
                f"Chunks cannot have {self.min_tokens} to {self.max_tokens} tokens with an overlap "
                f"of {self.overlap_tokens}: the overlap must be smaller than the minimum and the "
                "minimum not larger than the maximum; set SQLRAG_CHUNK_MIN_TOKENS, "
                "SQLRAG_CHUNK_MAX_TOKENS and SQLRAG_CHUNK_OVERLAP_TOKENS so that they go together."
            )
