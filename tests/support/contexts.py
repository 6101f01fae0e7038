"""Contexts for tests."""

from datetime import UTC, datetime

from sqlrag.domain.retrieval import Context, ScoredChunk


def make_chunk(
    content: str,
    rank: int = 1,
    title: str = "Handbook",
    char_start: int = 0,
    page: int | None = None,
    page_end: int | None = None,
    page_breaks: list[int] | None = None,
    headings: tuple[str, ...] = (),
) -> ScoredChunk:
    return ScoredChunk(
        rank=rank,
        score=1.0 / rank,
        chunk_id=100 + rank,
        document_id=10 + rank,
        source_key=f"source-{rank}",
        title=title,
        content=content,
        token_count=len(content) // 4,
        ordinal=0,
        char_start=char_start,
        char_end=char_start + len(content),
        page=page,
        page_end=page_end,
        page_breaks=page_breaks or [],
        headings=list(headings),
        metadata={},
        created_at=datetime(2024, 1, 1, tzinfo=UTC),
        arms=[],
    )


def make_context(*contents: str) -> Context:
    chunks = tuple(make_chunk(content, rank) for rank, content in enumerate(contents, start=1))
    return Context("", "naive", chunks)
