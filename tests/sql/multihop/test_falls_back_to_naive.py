import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.retrieval import Context, Mode, QueryParam
from tests.sql.multihop.making import OTHERS, fill


def ranking(context: Context) -> list[tuple[str, float]]:
    return [(chunk.source_key, round(chunk.score, 9)) for chunk in context.chunks]


@pytest.mark.parametrize("mode", ["multihop", "auto"])
async def test_a_question_that_names_nothing_is_answered_as_naive_does(
    rag: Rag, mode: Mode
) -> None:
    await fill(rag)
    question = "what is made of leaves and water?"
    naive = await rag.search(question, QueryParam("naive"))
    context = await rag.search(question, QueryParam(mode))
    assert ranking(context) == ranking(naive)
    assert [chunk.arms for chunk in context.chunks] == [chunk.arms for chunk in naive.chunks]
    assert context.mode == "naive"
    assert context.reason is not None
    assert "names nothing" in context.reason
    assert context.rows_read == 0


async def test_a_workspace_without_a_graph_is_searched_as_naive_does(
    rag: Rag, connection: asyncpg.Connection
) -> None:
    await fill(rag, OTHERS)
    await connection.execute("DELETE FROM sqlrag.evidence; DELETE FROM sqlrag.mentions")
    naive = await rag.search("How is Bread made?", QueryParam("naive"))
    assert ranking(await rag.search("How is Bread made?")) == ranking(naive)


async def test_auto_takes_no_hop_where_one_passage_answers_all(rag: Rag) -> None:
    await fill(rag)
    question = "Harrow Vale: a market and a school on the river?"
    context = await rag.search(question)
    assert ranking(context) == ranking(await rag.search(question, QueryParam("naive")))
    assert (context.mode, context.reason) == (
        "naive",
        "The best passage answers all that the question asks.",
    )


async def test_auto_takes_hops_where_the_best_passage_leaves_something_open(rag: Rag) -> None:
    await fill(rag)
    context = await rag.search("In which place did the singer of Grey Harbour grow up?")
    assert context.mode == "multihop"


async def test_an_empty_workspace_has_no_results(rag: Rag) -> None:
    await fill(rag, {"bread": OTHERS["bread"]})
    await rag.delete("bread")
    assert (await rag.search("How is Bread made?")).chunks == ()
