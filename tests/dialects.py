"""How model servers say no to what OpenAI takes: each in JSON, a text or a page of its own shape.

A dialect is a function of the path, the query, the headers and the body of a request that gives a
status and what is said, or None where the request is served.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

Refusal = tuple[int, Any] | None
Dialect = Callable[[str, str, Mapping[str, str], dict[str, Any]], Refusal]
EMBEDDINGS, CHAT = "/embeddings", "/chat/completions"
CONTEXT = 1_200  # characters of a text that the models of these servers read


def _texts(body: dict[str, Any]) -> list[str]:
    given = body.get("input", [])
    return [given] if isinstance(given, str) else given


def _is_too_long(body: dict[str, Any]) -> bool:
    return any(len(text) > CONTEXT for text in _texts(body))


def vllm(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    said = None
    if "dimensions" in body:
        said = "This model is no matryoshka model, so that its output dimensions are fixed."
    elif _is_too_long(body):
        said = "The model's maximum context length is 512 tokens, but the input has 700."
    if said is None:
        return None
    return 400, {"object": "error", "message": said, "type": "BadRequestError", "code": 400}


def ollama(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    if not _is_too_long(body):
        return None
    said = {"message": "the input length exceeds the context length", "type": "api_error"}
    return 400, {"error": {**said, "param": None, "code": None}}


def lm_studio(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    if path not in (EMBEDDINGS, CHAT):
        return 200, {"error": f"Unexpected endpoint or method. (POST {path})"}
    if "response_format" in body:
        return 400, {"error": "'response_format' is not known to the loaded engine"}
    return None


def llama_cpp(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    if not _is_too_long(body):
        return None
    said = "input (700 tokens) is too large to process. increase the physical batch size (512)"
    return 500, {"error": {"code": 500, "message": said, "type": "server_error"}}


def dashscope(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    if len(_texts(body)) <= 10:
        return None
    said = "<400> Algo.InvalidParameter: batch size is invalid, it should not be larger than 10."
    return 400, {"error": {"message": said, "type": "InvalidParameter"}, "request_id": "38cff"}


def azure(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    if "api-version=" not in query:
        return 404, {"error": {"code": "404", "message": "Resource not found"}}
    if not headers.get("api-key"):
        return 401, {"statusCode": 401, "message": "Access token is missing or invalid"}
    if "stream_options" in body:
        said = "Unrecognized request argument supplied: stream_options"
        return 400, {"error": {"message": said, "type": "invalid_request_error", "param": None}}
    if "forbidden" in json.dumps(body):
        said = "The prompt triggered the content management policy"
        inner = {"code": "PolicyViolation", "content_filter_result": {"hate": {"filtered": True}}}
        error = {"message": said, "param": "prompt", "code": "content_filter", "innererror": inner}
        return 400, {"error": error}
    return None


def gemini(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    said = None
    if "encoding_format" in body:
        said = 'Invalid JSON payload received. Unknown name "encoding_format": Cannot find field.'
    elif len(_texts(body)) > 100:
        said = "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n"
    if said is None:
        return None
    return 400, [{"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT"}}]


def deepseek(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    if "response_format" not in body:
        return None
    return 422, "Failed to read the JSON body: response_format.type `json_schema` is unavailable"


def strict(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    """Servers made with FastAPI whose requests forbid what they do not know."""
    known = {"model", "input", "messages", "stream"}
    detail = [
        {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs", "input": value}
        for name, value in body.items()
        if name not in known
    ]
    return (422, {"detail": detail}) if detail else None


def sullen(path: str, query: str, headers: Mapping[str, str], body: dict[str, Any]) -> Refusal:
    """Takes neither a field that it does not know nor more than eight texts, and says nothing."""
    extra = {"encoding_format", "response_format", "stream_options", "dimensions"} & body.keys()
    return (400, {"code": "E400"}) if extra or len(_texts(body)) > 8 else None


DIALECTS: dict[str, Dialect] = {
    one.__name__: one
    for one in (
        *(vllm, ollama, lm_studio, llama_cpp, dashscope, azure, gemini, deepseek),
        *(strict, sullen),
    )
}
FLOATS_ONLY = ("lm_studio", "ollama")  # whatever encoding is asked for
