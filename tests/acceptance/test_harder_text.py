"""Long documents without titles for their parts: questions that take two places to answer."""

from pathlib import Path

import pytest

from sqlrag.app import Rag
from sqlrag.domain.retrieval import Mode, QueryParam, ScoredChunk

ESSAY, AMAZON, NVIDIA = "paul_graham_essay.txt", "2023_Q3_AMZN.pdf", "2023_Q3_NVDA.pdf"
Place = tuple[str, str | frozenset[int]]  # a file, and a few words there or the pages that serve


def essay(*words: str) -> list[Place]:
    return [(ESSAY, each) for each in words]


def pages(file: str, *groups: set[int]) -> list[Place]:
    return [(file, frozenset(group)) for group in groups]


QUESTIONS: dict[str, list[Place]] = {
    "Who bought the company that Idelle's husband gave its first money?": essay(
        "in seed funding from", "Yahoo bought us"
    ),
    "What did the man whose ten thousand dollars became the model of YC's deal get in return?": (
        essay("in seed funding from", "Plus that first summer")
    ),
    "Which painter taught the author whose company Julian helped with the legal work?": essay(
        "one of the early photorealists", "doing the initial legal work"
    ),
    "In which language was the news site written that Robert and Graham's new Arc was tried on?": (
        essay("I wrote Hacker News in it", "internal software in Arc")
    ),
    "Who became president of Y Combinator after having been in its first batch?": essay(
        "That first batch included reddit", "if Sam said yes"
    ),
    "Which friend of Graham's at Harvard drew him there, and who else at Harvard made parsers?": (
        essay("Rich Draves went there", "during the first year of grad school")
    ),
    "What did the colleague from Viaweb whom Robert recommended look like inside, in his words?": (
        essay("He recommended Trevor Blackwell", "Austrian Rococo")
    ),
    "Where did Graham hear of HTML, at the firm with its own dialect of Lisp?": essay(
        "the scripting language a dialect of Lisp", "derivative of SGML"
    ),
    "How many stores did Viaweb have when Yahoo came for it?": essay(
        "about 70 stores", "Yahoo bought us in the summer"
    ),
    "What advice did Robert Morris give about YC, and how did he once help at Viaweb?": essay(
        "kidney stone", "he was saying I should quit"
    ),
    "How did Amazon pay for the hospital chain One Medical, and what was it to do for customers?": (
        pages(AMAZON, {10}, {23})
    ),
    "What is iRobot to cost Amazon and where will the cash come from?": pages(AMAZON, {10}, {23}),
    "How is the note of Anthropic valued, and did investing in it use cash?": pages(
        AMAZON, {11}, {23}
    ),
    "How is Amazon's stake in Rivian accounted for, and what did it do to the tax rate?": pages(
        AMAZON, {8, 9}, {18, 28}
    ),
    "What does the FTC allege, and how much commercial paper may Amazon issue?": pages(
        AMAZON, {14}, {15}
    ),
    "Why did NVIDIA not buy Arm from SoftBank, and what did the failure cost?": pages(
        NVIDIA, {10}, {31, 32}
    ),
    "How many people has NVIDIA in Israel and what do the licences for the L40S exclude?": pages(
        NVIDIA, {27}, {26, 43}
    ),
    "What was promised when Mellanox was bought, and which chips may not go to China?": pages(
        NVIDIA, {43}, {26}
    ),
    "Which partner firms such as Foxconn were won, and what drove the growth of Hopper?": pages(
        NVIDIA, {28}, {28, 38}
    ),
    "Which suit names Huang, and how much of its own stock did NVIDIA buy back?": pages(
        NVIDIA, {21}, {22, 33, 34, 45}
    ),
}
OTHER_LANGUAGES = {
    "чем полезен milvus вместе с llamaindex?": "ru_llamaindex_milvus.md",
    "为什么 lightrag 要用 async?": "zh-hans_async_lightrag.txt",
    "celery 怎樣處理 rag 的任務?": "zh-hant_celery_rag.txt",
}


def holds(chunk: ScoredChunk, place: Place) -> bool:
    file, where = place
    if not chunk.source_key.endswith(file):
        return False
    if isinstance(where, str):
        return where in " ".join(chunk.content.split())
    assert chunk.page is not None
    assert chunk.page_end is not None
    return not where.isdisjoint(range(chunk.page, chunk.page_end + 1))


async def count_found(rag: Rag, mode: Mode, lower: bool = False) -> tuple[int, int]:
    """The places, two a question, among the five and among the ten best chunks."""
    found = {5: 0, 10: 0}
    for question, places in QUESTIONS.items():
        asked = question.lower() if lower else question
        context = await rag.search(asked, QueryParam(mode, chunk_top_k=max(found)))
        for k in found:
            best = context.chunks[:k]
            found[k] += sum(any(holds(chunk, place) for chunk in best) for place in places)
    return found[5], found[10]


async def test_every_place_is_there(library: Rag) -> None:
    for question, places in QUESTIONS.items():
        context = await library.search(question, QueryParam("naive", chunk_top_k=1000))
        for place in places:
            assert any(holds(chunk, place) for chunk in context.chunks), (question, place)


@pytest.mark.parametrize("lower", [False, True], ids=["as written", "in lower case"])
async def test_auto_finds_as_many_of_two_places_as_naive_and_hops_nearly(
    library: Rag, lower: bool
) -> None:
    modes: tuple[Mode, ...] = ("naive", "multihop", "auto")
    measured = {mode: await count_found(library, mode, lower) for mode in modes}
    print(measured)
    for at in (0, 1):
        assert measured["multihop"][at] >= 0.85 * measured["naive"][at]
        assert measured["auto"][at] >= measured["naive"][at]


@pytest.mark.parametrize("mode", ["multihop", "auto"])
async def test_pages_in_other_languages_are_still_found_first(library: Rag, mode: Mode) -> None:
    for question, file in OTHER_LANGUAGES.items():
        context = await library.search(question, QueryParam(mode))
        assert Path(context.chunks[0].source_key).name == file
