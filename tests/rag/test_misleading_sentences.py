"""What goes wrong is told of what it is, and not of something else."""

import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput, NotFound
from sqlrag.domain.limits import Splitting


@pytest.mark.parametrize(
    "metadata", [{"a": "b\x00"}, {"a": {"b": ["c", {"d\x00": 1}]}}, {"a\x00": 1}]
)
async def test_a_nul_in_metadata_is_told_of_the_metadata(rag: Rag, metadata) -> None:
    (result,) = await rag.insert("The lamp was lit.", metadata=metadata)
    assert result.outcome == "failed"
    assert "The metadata holds a NUL character, which Postgres" in str(result.error)
    (result,) = await rag.insert("The lamp was lit.", metadata={"a": r"b\u0000"})
    assert result.outcome == "added"


async def test_a_rag_that_is_not_opened_says_how_it_is() -> None:
    with pytest.raises(AttributeError, match=r"there is no query; write async with Rag\.open\(\)"):
        await Rag.open("postgresql://nowhere").query("?")
    with pytest.raises(TypeError, match="write async with"):
        await Rag.open("postgresql://nowhere")


def test_lengths_of_chunks_that_do_not_go_together_are_named() -> None:
    with pytest.raises(BadInput, match="set SQLRAG_CHUNK_MIN_TOKENS, SQLRAG_CHUNK_MAX_TOKENS and"):
        Splitting(max_tokens=100)


async def test_one_workspace_is_examined_by_its_name(rag: Rag) -> None:
    for name in ("north", "south"):
        await rag.in_workspace(name).insert("The lamp was lit.")
        await rag.in_workspace(name).insert(" ", "hollow")
    every, north = await rag.examine(), await rag.examine("north")
    of_both = {check.name for check in every.checks if "documents" in check.name}
    assert of_both == {"documents of north", "documents of south"}
    assert not [check.name for check in north.checks if "south" in check.name]
    assert {check.name for check in north.checks} >= {"documents of north", "fsync"}
    with pytest.raises(NotFound, match="nowhere"):
        await rag.examine("nowhere")
