"""Whatever is sent, the server answers, and never with an error of its own."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Hypothesis runs all its examples in one workspace, which is what is wanted here.
quickly = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
words = st.text(max_size=8) | st.sampled_from(["$eq", "$and", "year", "\x00", "\ud800"])
keys = words | st.sampled_from(["$in", "$or", "tags", "metadata", "document_ids", "created_after"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(2**70) | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


def send(client, path: str, body: object, media_type: str = "application/json") -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, content=content, headers={"content-type": media_type}).status_code


@quickly
@given(
    fields=st.dictionaries(
        st.sampled_from(["mode", "chunk_top_k", "max_total_tokens", "user_prompt"]), values
    ),
    filters=st.dictionaries(keys, values, max_size=2),
)
def test_any_question_is_answered_or_refused(client, fields, filters):
    send(client, "/v1/documents", {"id": "a", "text": "A text."})
    for extra in (fields, {"filters": filters}):
        assert send(client, "/v1/query", {"question": "x"} | extra) in (200, 400)


@quickly
@given(fields=st.dictionaries(st.sampled_from(["id", "metadata", "tags", "language"]), values))
def test_any_document_is_taken_or_refused(client, fields):
    status = send(client, "/v1/documents", {"text": "A text."} | fields)
    assert status in (201, 400, 415, 422)


@quickly
@given(content=st.binary(max_size=60))
def test_any_bytes_are_taken_or_refused(client, content):
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    for body in (content, head + content + b"\r\n--x--\r\n"):
        assert send(client, "/v1/documents", body, "multipart/form-data; boundary=x") < 500
        assert send(client, "/v1/query", body) < 500
