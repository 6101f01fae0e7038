"""What both clients do alike: make a request of a call, and an answer or an error of a response."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from sqlrag.client.answers import Done, Ingested
from sqlrag.domain.documents import IngestResult
from sqlrag.domain.errors import BadInput, NotNow, SqlragError, TooManyRequests
from sqlrag.domain.jobs import Track
from sqlrag.domain.retrieval import Context, QueryParam
from sqlrag.domain.states import Stateful, read_state

T = TypeVar("T")
_LATER = {"prefer": "respond-async"}
_POSITION = "sqlrag-position"
_BESIDE = ("editor",)  # what stands in the query, whatever the verb


class Unreachable(SqlragError, kind="unreachable"):
    """The server does not answer, or what answers is no sqlrag."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is yet to be sent; what is None in it is left out."""

    verb: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    files: Sequence[tuple[str, tuple[str, bytes]]] | None = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def arguments(self, more: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
        """Of httpx; with more headers."""
        told: dict[str, Any] = {"params": {k: v for k, v in self.query.items() if v is not None}}
        if self.files:
            told |= {"files": self.files, "data": self.form}
        elif self.verb in ("POST", "PATCH"):
            told["content"] = msgspec.json.encode(self.body)
            told["headers"] = {"content-type": "application/json"}
        told["headers"] = {**told.get("headers", {}), **self.headers, **more}
        return {"method": self.verb, "url": self.path, **told}


def make_call(address: str, workspace: str | None, given: dict[str, Any]) -> Call:
    """Of an operation: what its path names goes there, the rest into the query or the body."""
    verb, _, path = address.partition(" ")
    if "{workspace}" in path and workspace is None:
        raise BadInput("This is asked of a workspace by its name; give one to the client.")
    named = {name for name in given if f"{{{name}}}" in path}
    places = {name: quote(str(given.pop(name)), safe="") for name in named}
    path = path.format(**places, workspace=quote(workspace or "", safe=""))
    if verb in ("GET", "DELETE"):
        return Call(verb, locate(path, workspace), given)
    if "body" in given:
        whole = given.pop("body")
        return Call(verb, locate(path, workspace), given, whole)
    beside = {name: given.pop(name) for name in _BESIDE if name in given}
    body = {name: value for name, value in given.items() if value is not None}
    return Call(verb, locate(path, workspace), beside, body)


def repeat(key: str) -> dict[str, str]:
    return {"idempotency-key": f'"{key}"'}


def expect(seen: Stateful) -> dict[str, str]:
    """What the server's own tags begin with."""
    return {"if-match": f'"{read_state(seen)}"'}


def remember(headers: httpx.Headers, response: httpx.Response) -> None:
    """Takes into the headers of later requests what was seen: no server shows less, then."""
    told = response.headers.get(_POSITION)
    if told and _measure(told) > _measure(headers.get(_POSITION, "0/0")):
        headers[_POSITION] = told


def _measure(position: str) -> list[int]:
    return [int(half, 16) for half in position.split("/")]


def locate(path: str, workspace: str | None) -> str:
    is_of_none = workspace is None or path.partition("/")[0] == "workspaces"
    return (
        f"/v1/{path}" if is_of_none else f"/v1/workspaces/{quote(workspace or '', safe='')}/{path}"
    )


def ask(path: str, workspace: str | None, question: str, param: QueryParam | None) -> Call:
    """With what of a param is not as it is by default."""
    asked = {
        one.name: getattr(param, one.name)
        for one in fields(QueryParam)
        if param is not None and getattr(param, one.name) != one.default
    }
    return Call("POST", locate(path, workspace), body={"question": question, **asked})


def export(workspace: str | None, conversation_id: int, form: str) -> Call:
    path = locate(f"conversations/{conversation_id}/export", workspace)
    return Call("GET", path, {"format": form})


def say(
    id: str | None,
    title: str | None,
    metadata: Mapping[str, Any] | None,
    tags: Iterable[str],
    media_type: str | None,
    language: str | None,
    read: Iterable[str] | None,
) -> dict[str, Any]:
    """What is said of a text."""
    said = {"id": id, "title": title, "metadata": metadata, "tags": list(tags)}
    said |= {"media_type": media_type, "language": language}
    said |= {"read": None if read is None else list(read)}
    return {name: value for name, value in said.items() if value is not None}


def give_text(workspace: str | None, text: str, background: bool, said: dict[str, Any]) -> Call:
    body = {"text": text} | said
    headers = _LATER if background else {}
    return Call("POST", locate("documents", workspace), body=body, headers=headers)


def give_files(
    workspace: str | None,
    paths: Iterable[str | os.PathLike[str]],
    background: bool,
    metadata: Mapping[str, Any] | None,
    tags: Iterable[str],
    read: Iterable[str] | None,
) -> Call:
    files = [("files", (Path(one).name, Path(one).read_bytes())) for one in paths]
    if not files:
        raise BadInput("No file is named; give the path of one.")
    form = {"metadata": msgspec.json.encode(metadata or {}).decode(), "tags": list(tags)}
    if read is not None:
        form["read"] = list(read) or ""
    headers = _LATER if background else {}
    return Call("POST", locate("documents", workspace), files=files, form=form, headers=headers)


def read(kind: type[T], listed: str, response: httpx.Response) -> T:
    """Raises what went wrong, as the server's own errors."""
    check(response)
    if kind is NoneType:
        return None  # type: ignore[return-value]
    try:
        found = msgspec.json.decode(response.content)
        return msgspec.convert(found[listed] if listed else found, kind)
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise Unreachable(
            f"{response.url} answered something else than is known here ({error}); check the "
            "address, and that client and server are of one version."
        ) from error


def read_text(response: httpx.Response) -> str:
    """Raises what went wrong, as the server's own errors."""
    check(response)
    return response.text


def read_ingested(response: httpx.Response) -> Ingested:
    if response.status_code == httpx.codes.ACCEPTED:
        return Ingested(track=read(Track, "", response))
    return Ingested(tuple(read(list[IngestResult], "results", response)))


def check(response: httpx.Response) -> None:
    """Raises what a response tells of, whose body has been read."""
    if response.is_success:
        return
    try:
        raise_problem(msgspec.json.decode(response.content), response.headers)
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable(
            f"{response.url} answered {response.status_code} without saying why; check that it is "
            "a sqlrag, and what stands before it."
        ) from error


def raise_problem(problem: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    kind = ERRORS.get(problem["type"].rpartition(":")[2], SqlragError)
    if issubclass(kind, NotNow | TooManyRequests):
        raise kind(problem["detail"], float(headers.get("retry-after", 0)))
    raise kind(problem["detail"])


class Event:
    """Puts events together of the lines of a stream."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def take(self, line: str) -> Context | str | Done | None:
        """What an event tells, at its end. Raises what it tells of."""
        if line:
            name, _, value = line.partition(": ")
            self._told[name] = value
            return None
        told, self._told = self._told, {}
        match told.get("event"):
            case "context":
                return msgspec.json.decode(told["data"], type=Context)
            case "token":
                return str(msgspec.json.decode(told["data"])["text"])
            case "done":
                return msgspec.json.decode(told["data"], type=Done)
            case "error":
                raise_problem(msgspec.json.decode(told["data"]), {})
        return None


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Turns what httpx raises into a sentence."""
    try:
        yield
    except httpx.TransportError as error:
        why = str(error) or type(error).__name__
        raise Unreachable(
            f"{url} cannot be reached ({why}); check the address, and that the server runs."
        ) from error


def _list_errors(kind: type[SqlragError]) -> Iterator[tuple[str, type[SqlragError]]]:
    for one in kind.__subclasses__():
        yield from _list_errors(one)
        yield one.kind, one  # what is more particular under the same name gives way


ERRORS = dict(_list_errors(SqlragError))
