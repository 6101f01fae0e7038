"""Responses of the client of OpenAI: of a vector store by file_search, and of a workspace."""

import re
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.api.dialects.conftest import ANSWER, QUESTION, TEXT, Keyed
from tests.api.dialects.test_openai import open_client
from tests.stub_openai import CHAT

SEARCH: Any = {"type": "file_search", "vector_store_ids": ["vs_acme"]}
ASKED: Any = {"model": "sqlrag/naive", "input": QUESTION, "tools": [SEARCH]}


def test_a_store_is_searched_and_its_files_are_cited(keyed: Keyed) -> None:
    client = open_client(keyed)
    asked = {**ASKED, "include": ["file_search_call.results"], "metadata": {"a": "b"}}
    answer = client.responses.create(**asked)
    assert (answer.output_text, answer.status, answer.error) == (ANSWER, "completed", None)
    assert (answer.model, answer.metadata) == ("sqlrag/naive", {"a": "b"})
    call, message = answer.output
    assert call.type == "file_search_call"
    assert (call.status, call.queries) == ("completed", [QUESTION])
    (result,) = call.results or []
    assert (result.text, result.filename) == (TEXT, "handbook")
    assert 0 < (result.score or 0) <= 1
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    (cited,) = part.annotations
    assert cited.type == "file_citation"
    assert (cited.file_id, cited.filename) == (result.file_id, "handbook")
    assert part.text[: cited.index].endswith("[1]")
    assert (cited.model_extra or {})["reference"]["quote"] == TEXT
    assert client.files.content(cited.file_id).read() == TEXT.encode()
    assert answer.usage
    assert answer.usage.output_tokens == len(ANSWER.split())
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    without = client.responses.create(**ASKED).output[0]
    assert without.type == "file_search_call"
    assert without.results is None


def test_without_the_tool_the_workspace_of_the_key_answers(keyed: Keyed) -> None:
    client = open_client(keyed)
    answer = client.responses.create(model="sqlrag/mix", input=QUESTION)
    (message,) = answer.output
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    (cited,) = part.annotations
    assert cited.type == "url_citation"
    assert part.text[cited.start_index : cited.end_index].strip() == "[1]"
    assert cited.title == "The handbook"
    bearer = {"authorization": f"Bearer {keyed.key}"}
    assert httpx.get(cited.url, headers=bearer).text == TEXT


EVENTS = (
    *("created", "in_progress", "output_item.added", "file_search_call.in_progress"),
    *("file_search_call.searching", "file_search_call.completed", "output_item.done"),
    *("output_item.added", "content_part.added", "output_text.delta"),
    *("output_text.annotation.added", "output_text.done", "content_part.done"),
    *("output_item.done", "completed"),
)


@pytest.mark.parametrize("searches", [True, False])
def test_a_stream_tells_the_same_by_the_events_of_its_parser(keyed: Keyed, searches: bool) -> None:
    client, asked = open_client(keyed), dict(ASKED)
    if not searches:
        del asked["tools"]
    whole = client.responses.create(**asked)
    events: list[Any] = list(client.responses.create(**asked, stream=True))
    kinds = [one.type.removeprefix("response.") for one in events]
    deltas = [one for one in kinds if one == "output_text.delta"]
    assert len(deltas) > 3
    once = [one for at, one in enumerate(kinds) if one != kinds[at - 1] or at == 0]
    searching = EVENTS[2:7] if searches else ()
    assert once == [*EVENTS[:2], *searching, *EVENTS[7:]]
    assert [one.sequence_number for one in events] == list(range(len(events)))
    text = "".join(one.delta for one in events if one.type == "response.output_text.delta")
    last = events[-1].response
    assert text == last.output_text == whole.output_text
    assert last.usage == whole.usage
    told = [one.annotation for one in events if one.type.endswith("annotation.added")]
    cited: Any = last.output[-1].content[0].annotations
    assert [one.model_dump() for one in told] == [one.model_dump() for one in cited] != []
    assert len({one.response.id for one in events if hasattr(one, "response")}) == 1


async def test_the_helpers_of_the_client_read_a_stream(keyed: Keyed) -> None:
    with open_client(keyed).responses.stream(**ASKED) as stream:
        snapshots = [one.snapshot for one in stream if one.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert snapshots[-1] == final.output_text == ANSWER
    assert [one.type for one in final.output] == ["file_search_call", "message"]
    async with (
        AsyncOpenAI(base_url=f"{keyed.url}/v1", api_key=keyed.key) as client,
        client.responses.stream(**ASKED) as reading,
    ):
        assert (await reading.get_final_response()).output_text == ANSWER


def test_filters_and_a_number_of_results_are_the_search_s(keyed: Keyed) -> None:
    def ask(**more: Any) -> Any:
        asked = {**ASKED, "tools": [SEARCH | more], "include": ["file_search_call.results"]}
        return open_client(keyed).responses.create(**asked).output[0]

    assert len(ask(max_num_results=1).results) == 1
    assert ask(filters={"type": "eq", "key": "year", "value": 1}).results == []
    assert len(ask(filters={"type": "ne", "key": "year", "value": 1}).results) == 1


def test_instructions_are_a_wish_and_turns_a_history(keyed: Keyed) -> None:
    turns: Any = [
        {"role": "user", "content": "Tell me of vacation."},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "It is long."}],
        },
        {"role": "user", "content": [{"type": "input_text", "text": "How many days is it?"}]},
    ]
    answer = open_client(keyed).responses.create(
        model="sqlrag/naive", input=turns, instructions="Answer in verse.", tool_choice="auto"
    )
    assert answer.instructions == "Answer in verse."
    sent = keyed.model.requests()[-1].body["messages"]
    assert "Answer in verse." in sent[0]["content"]
    assert [one["content"] for one in sent[1:]] == [
        *("Tell me of vacation.", "It is long.", "How many days is it?")
    ]


def test_a_kept_conversation_knows_its_turns_and_has_the_next(keyed: Keyed) -> None:
    client, bearer = open_client(keyed), {"authorization": f"Bearer {keyed.key}"}
    made = httpx.post(f"{keyed.url}/v1/conversations", json={}, headers=bearer).json()
    number = made["conversation_id"]
    named: Any = {"id": f"conv_{number}"}
    for conversation in (f"conv_{number}", named):
        answer = client.responses.create(**ASKED, conversation=conversation)
        assert answer.conversation
        assert answer.conversation.id == f"conv_{number}"
    events: list[Any] = list(
        client.responses.create(**{**ASKED, "input": "And then?"}, conversation=named, stream=True)
    )
    assert events[-1].response.conversation.id == f"conv_{number}"
    sent = keyed.model.requests(CHAT)[-1].body["messages"]
    said = [one["content"] for one in sent if one["role"] == "user"]
    assert said == [QUESTION, QUESTION, "And then?"]
    kept = httpx.get(f"{keyed.url}/v1/conversations/{number}", headers=bearer).json()
    assert [one["answer"] for one in kept["turns"]] == [ANSWER] * 3
    turns: Any = [{"role": "user", "content": "Hi."}, {"role": "user", "content": QUESTION}]
    with pytest.raises(openai.BadRequestError, match="give one"):
        client.responses.create(**{**ASKED, "input": turns}, conversation=named)


def test_without_a_model_it_quotes(filled: str, workspace: str) -> None:
    client = OpenAI(base_url=filled, api_key="none", max_retries=0)
    tool: Any = {"type": "file_search", "vector_store_ids": [f"vs_{workspace}"]}
    answer = client.responses.create(model="sqlrag/auto", input=QUESTION, tools=[tool])
    assert "thirty days" in answer.output_text
    assert answer.usage
    assert answer.usage.total_tokens == 0
    message: Any = answer.output[-1]
    assert message.content[0].annotations[0].type == "file_citation"
    assert message.content[0].annotations[0].reference["quote"] == TEXT


IMAGE = [{"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}]


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"model": "gpt-5"}, 404, 'There is no model "gpt-5"'),
        ({"input": []}, 400, "do not end with a question"),
        ({"input": " "}, 400, "The question is empty"),
        ({"input": "a\x00b"}, 400, "NUL"),
        ({"input": 7}, 400, "input: Expected"),
        ({"input": IMAGE}, 400, "send text alone"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, 400, 'type "item_reference"'),
        ({"input": [{"type": "function_call_output", "output": "x"}]}, 400, "messages alone"),
        ({"previous_response_id": "resp_1"}, 400, "send the whole conversation"),
        ({"conversation": "conv_77"}, 404, "no conversation 77"),
        ({"conversation": {"id": "conv_68a"}}, 404, 'no conversation "conv_68a"'),
        ({"prompt": {"id": "p"}}, 400, "leave out prompt"),
        ({"background": True}, 400, "leave out background"),
        ({"text": {"format": {"type": "json_object"}}}, 400, "leave out text.format"),
        ({"tools": [{"type": "web_search"}]}, 400, 'The tool "web_search" is not had'),
        ({"tools": [{"type": "function", "name": "f", "parameters": {}}]}, 400, "file_search is"),
        ({"tools": [SEARCH, {"type": "image_generation"}]}, 400, "image_generation"),
        ({"tools": [{"type": "file_search"}]}, 400, "names 0 vector stores"),
        ({"tools": [SEARCH | {"vector_store_ids": ["vs_a", "vs_b"]}]}, 400, "names 2 vector"),
        ({"tools": [SEARCH, SEARCH]}, 400, "in one tool"),
        ({"tools": [SEARCH | {"vector_store_ids": ["vs_other"]}]}, 404, "no vector store"),
        ({"tools": [SEARCH | {"vector_store_ids": ["vs_nowhere"]}]}, 404, "no vector store"),
        ({"tools": [SEARCH | {"vector_store_ids": ["acme"]}]}, 404, "no vector store"),
        ({"tools": [SEARCH | {"max_num_results": 51}]}, 400, "use 1 to 50"),
        ({"tools": [SEARCH | {"filters": {"type": "x"}}]}, 400, "use one of eq"),
        ({"tools": [SEARCH | {"ranking_options": {"score_threshold": 0.5}}]}, 400, "threshold"),
        ({"tool_choice": "none"}, 400, "tool_choice"),
        ({"tool_choice": {"type": "web_search"}}, 400, "tool_choice"),
        ({"tools": [], "tool_choice": "required"}, 400, "tool_choice"),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
def test_what_cannot_be_is_one_sentence(
    keyed: Keyed, more: dict[str, Any], status: int, told: str, streams: bool
) -> None:
    with pytest.raises(openai.APIStatusError) as raised:
        open_client(keyed).responses.create(**{**ASKED, "stream": streams, **more})
    error: Any = raised.value.body
    assert raised.value.status_code == status
    assert told in error["message"]
    assert error["message"].endswith(".")
    assert error["type"] == "invalid_request_error"
    assert re.fullmatch("[a-z_]+", error["code"])


@pytest.mark.parametrize(
    "more",
    [
        {"tool_choice": {"type": "file_search"}},
        {"tool_choice": "required", "parallel_tool_calls": False},
        {"temperature": 0.1, "max_output_tokens": 50, "store": False, "truncation": "auto"},
        {"text": {"format": {"type": "text"}}, "reasoning": {"effort": "low"}},
        {"include": ["reasoning.encrypted_content"], "user": "u", "top_p": 1},
    ],
)
def test_what_is_taste_is_left_to_the_server(keyed: Keyed, more: dict[str, Any]) -> None:
    assert open_client(keyed).responses.create(**{**ASKED, **more}).output_text == ANSWER


def test_a_model_that_fails_is_told_before_the_stream_and_in_it(keyed: Keyed) -> None:
    client = open_client(keyed)
    try:
        keyed.model.behave(CHAT, "500")
        with pytest.raises(openai.InternalServerError) as raised:
            client.responses.create(**ASKED)
        assert raised.value.status_code == 502
        keyed.model.behave(CHAT, "drop")
        *_, last = client.responses.create(**ASKED, stream=True)
    finally:
        keyed.model.behave(CHAT, "ok")
    assert last.type == "response.failed"
    assert last.response.error
    assert last.response.status == "failed"
    assert "broke off" in last.response.error.message


def test_a_client_that_hangs_up_stops_the_model(keyed: Keyed) -> None:
    state: Any = keyed.model._state
    keyed.model.behave(CHAT, "endless")
    try:
        before = state.disconnects
        with open_client(keyed).responses.create(**ASKED, stream=True) as stream:
            assert next(one for one in stream if one.type == "response.output_text.delta")
        with state.changed:
            assert state.changed.wait_for(lambda: state.disconnects > before, 10)
    finally:
        keyed.model.behave(CHAT, "ok")
