from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.rag.evaluation import write_answer


class Unasked:
    model = "never asked"

    def stream(self, *_):
        raise AssertionError("a model was asked of nothing")


async def test_where_nothing_was_found_no_model_is_asked_as_ask_does():
    context = Context("Who lit the lamp?", "mix")
    assert "lamp" not in await write_answer(Unasked(), context, QueryParam())
