"""Requests that nobody should send, of all kinds, the same ones for the same seed."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

JSON, FORM = "application/json", "multipart/form-data; boundary=x"
# Paths that take JSON, with a body that would do.
BODIES: dict[str, dict[str, Any]] = {
    "/v1/query": {"question": "What is there?", "mode": "mix", "top_k": 5, "filters": None},
    "/v1/query/data": {"question": "What is there?", "chunk_top_k": 3, "ll_keywords": ["x"]},
    "/v1/query/stream": {"question": "What is there?", "hops": 1, "explain": False},
    "/v1/documents": {"text": "A text of Ada.", "id": "a", "metadata": {"year": 1}, "tags": ["t"]},
    "/v1/documents/custom-chunks": {"full_text": "A. B.", "text_chunks": ["A.", "B."]},
    "/v1/graph/custom": {"chunks": [{"content": "A.", "source_id": "a"}], "entities": []},
    "/v1/graph/entities": {"name": "Ada", "type": "person", "description": "Who she is."},
    "/v1/graph/relations": {"source": "Ada", "target": "Bob", "weight": 1.0},
    "/v1/graph/entities/merge": {"names": ["Ada"], "into": "Bob"},
    "/v1/chat/completions": {
        "model": "sqlrag/mix",
        "messages": [{"role": "user", "content": "What is there?"}],
        "stream": True,
    },
    "/v1/embeddings": {"model": "use-multilingual-v3", "input": ["x"], "dimensions": None},
    "/v1/rerank": {"query": "What is there?", "documents": ["A text.", {"text": "B"}], "top_n": 1},
    "/api/generate": {"model": "sqlrag/naive", "prompt": "/mix What is there?", "stream": False},
    "/dify/retrieval": {
        "knowledge_id": "default",
        "query": "What is there?",
        "retrieval_setting": {"top_k": 3, "score_threshold": 0.1},
        "metadata_condition": {
            "conditions": [{"name": ["a"], "comparison_operator": "contains", "value": "x"}]
        },
    },
}
READS = [
    "/v1/documents",
    "/v1/graph/entity",
    "/v1/graph/search",
    "/v1/graph/path",
    "/v1/graph/edits",
    "/v1/graph/export",
    "/v1/graph/subgraph",
    "/v1/workspaces",
    "/docs/openapi.json",
]
METHODS = ["BREW", "TRACE", "CONNECT", "PROPFIND", "get", "", "GET\t", "PUT", "OPTIONS", "P" * 300]
TEXTS = [
    "",
    " ",
    "\x00",
    "\ud800",
    "x" * 5_000,
    "%s{0}$1",
    "'; DROP TABLE x; --",
    "\u202e\u0000a",
    "🎉" * 99,
    "\ufeff",
    "../../etc/passwd",
    "a\r\nb",
    "\\",
    "𐏿\udfff",
]
ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    2**63,
    -(2**70),
    10**300,
    1e300,
    [],
    {},
    [[]],
    {"$eq": 1},
    [None, 1, "x"],
]
LITERALS = [
    b"1e999",
    b"-1E400",
    b"NaN",
    b"Infinity",
    b"9" * 5_000,
    b"01",
    b"0x1",
    b"1." + b"0" * 999,
]


@dataclass(frozen=True)
class Hostile:
    """What is sent, and whether its sender stays to read the answer, or says that it has ended."""

    kind: str
    sent: bytes
    stays: bool
    ends: bool


def make_requests(seed: int, count: int, most: int) -> Iterator[Hostile]:
    """`most` are the bytes that a body of JSON may have."""
    chance = random.Random(seed)
    for number in range(count):
        kind = list(_KINDS)[number % len(_KINDS)]
        sent = _KINDS[kind](chance, most)
        stays, ends = not kind.startswith("leaves"), kind in ("broken framing", "many at once")
        yield Hostile(kind, sent, stays, ends)


def request(
    method: str, path: str, body: bytes = b"", media_type: str = JSON, **headers: Any
) -> bytes:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    told = {"host": "localhost", "connection": "close", "content-type": media_type} | given
    if body or method in ("POST", "PATCH"):
        told.setdefault("content-length", str(len(body)))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + body


def post(path: str, value: object) -> bytes:
    return request("POST", path, json.dumps(value).encode())


def _break_framing(chance: random.Random, most: int) -> bytes:
    head = "POST /v1/query HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    chunked = "transfer-encoding: chunked\r\n"
    broken = [
        "content-length: -1\r\n\r\n{}",
        "content-length: 99\r\n\r\n{",
        "content-length: x\r\n\r\n",
        "content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "content-length: 1\r\n\r\n{}GET / X",
        f"{chunked}content-length: 2\r\n\r\n{{}}",
        f"{chunked}\r\nZZ\r\n{{}}\r\n",
        f"{chunked}\r\nffffffffffffffff\r\n{{",
        f"{chunked}\r\n2\r\n{{}}",
        f"{chunked}\r\n-1\r\n",
        f"{chunked}\r\n2;{'x' * 9_000}\r\n{{}}\r\n0\r\n\r\n",
        "no colon here\r\n\r\n",
        "x\x00y: 1\r\n\r\n",
        "name : value\r\n\r\n",
        ": value\r\n\r\n",
        " folded\r\n\r\n",
        "transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "expect: 200-maybe\r\n\r\n",
    ]
    lines = [
        "GET /",
        "GET / HTTP/3.0\r\n\r\n",
        "\r\n" * 99,
        "GET  /  HTTP/1.1\r\n\r\n",
        "\x16\x03\x01",
        "GET http://evil/ HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    return chance.choice([head + one for one in broken] + lines).encode("latin-1")


def _change_types(chance: random.Random, most: int) -> bytes:
    path = chance.choice(list(BODIES))
    given = dict(BODIES[path])
    for name in chance.sample(list(given), chance.randint(1, len(given))):
        given[name] = chance.choice([*ODD, *TEXTS])
    if chance.random() < 0.2:
        given[chance.choice(TEXTS)] = 1
    return post(path, chance.choice([given, given, given, [given], chance.choice(ODD)]))


def _go_deep(chance: random.Random, most: int) -> bytes:
    opening = chance.choice([b"[", b'{"a":', b'{"filters":{"metadata":', b'[{"$and":'])
    deep = opening * chance.choice([100, 1_000, 20_000])
    path = chance.choice(list(BODIES))
    name = chance.choice(list(BODIES[path])).encode()
    return request("POST", path, b'{"' + name + b'": ' + deep + b"1" * chance.randint(0, 1))


def _write_numbers(chance: random.Random, most: int) -> bytes:
    path = chance.choice(list(BODIES))
    body = json.dumps(BODIES[path]).encode()
    name = chance.choice(list(BODIES[path]))
    return request(
        "POST", path, body[:-1] + f', "{name}": '.encode() + chance.choice(LITERALS) + b"}"
    )


def _spoil_text(chance: random.Random, most: int) -> bytes:
    path = chance.choice(list(BODIES))
    body = json.dumps(BODIES[path]).encode()
    bad = chance.choice(
        [b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\x00", b"\x80"]
    )
    at = chance.randrange(len(body))
    return request("POST", path, body[:at] + bad + body[at:])


def _invent_methods(chance: random.Random, most: int) -> bytes:
    return request(chance.choice(METHODS), chance.choice([*READS, *BODIES, "*", "/"]))


def _walk_paths(chance: random.Random, most: int) -> bytes:
    parts = [
        "..",
        "%2e%2e",
        "%00",
        "%ff",
        "",
        "//",
        ";",
        "v1",
        "documents",
        "é",
        "%",
        "%zz",
        "\\",
        "9" * 400,
        "-1",
        "chunks",
        "workspaces",
        "x" * 3_000,
        "extraction",
        "docs",
        "%2f",
    ]
    return request("GET", "/" + "/".join(chance.choices(parts, k=chance.randint(1, 6))))


def _lie_of_content(chance: random.Random, most: int) -> bytes:
    path = chance.choice(list(BODIES))
    types = [
        "",
        "text/plain",
        "application/xml",
        "application/json; charset=utf-16",
        "*/*",
        "json",
        "application/json, text/html",
        "multipart/form-data",
        "x" * 999,
        "application/msgpack",
    ]
    body = json.dumps(BODIES[path]).encode(chance.choice(["utf-8", "utf-16", "utf-7"]))
    return request("POST", path, body, chance.choice(types), content_encoding="gzip")


def _come_from_afar(chance: random.Random, most: int) -> bytes:
    name = chance.choice(["host", "origin", "sec-fetch-site", "x-forwarded-host", "cookie"])
    value = chance.choice(
        ["evil.example", "null", "http://evil.example", "cross-site", "[", "a:b:c", ""]
    )
    foreign: dict[str, Any] = {name: value}
    return request(chance.choice(["GET", "OPTIONS"]), chance.choice(READS), **foreign)


def _swell_headers(chance: random.Random, most: int) -> bytes:
    many: dict[str, Any] = {f"x-{n}": "y" for n in range(chance.choice([50, 99, 101, 900]))}
    many = chance.choice([many, {"x-large": "y" * chance.choice([8_000, 66_000, 500_000])}])
    return request("GET", "/v1/workspaces", **many)


def _send_junk_forms(chance: random.Random, most: int) -> bytes:
    names = [
        'name="files"; filename="a.txt"',
        'name="files"; filename=""',
        'name=""',
        "x",
        'name="tags"',
        "name*=UTF-8''%ff; filename*=UTF-8''%00",
        'name="metadata"',
        'filename="../../a.pdf"',
        'name="files"; filename="' + "x" * 4_000 + '"',
        'name="files"; filename="a.pdf"',
    ]
    contents = [
        b"",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\x00" * 99,
        b"{",
        b"A text.",
        b"\xff",
        b"--x",
        b"<" * 999,
    ]
    body = b""
    for _ in range(chance.choice([0, 1, 1, 2, 3, 1_100])):
        name, content = chance.choice(names), chance.choice(contents)
        body += (
            f"--x\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + content + b"\r\n"
        )
    end = chance.choice([b"--x--\r\n", b"", b"--y--", b"--x", b"\r\n\r\n"])
    media_type = chance.choice(
        [FORM, FORM, FORM, "multipart/form-data; boundary=", 'multipart/form-data; boundary="']
    )
    return request("POST", "/v1/documents", body + end, media_type)


def _send_too_much(chance: random.Random, most: int) -> bytes:
    path = chance.choice(list(BODIES))
    large = [
        b'{"question": "' + b"x" * most + b'"}',
        b"[" + b"{}," * 60_000 + b"{}]",
        b" " * (most + 1),
    ]
    declared = request("POST", path, content_length=10 ** chance.randint(8, 30))
    return chance.choice([declared, request("POST", path, chance.choice(large))])


def _ask_oddly(chance: random.Random, most: int) -> bytes:
    names = [
        "workspace",
        "limit",
        "after",
        "name",
        "id",
        "Workspace",
        "workspace[]",
        "words",
        "format",
        "",
    ]
    values = [
        "",
        "x",
        "-1",
        "9" * 30,
        "%00",
        "%ff",
        "%",
        "a&workspace=b",
        "x" * 4_000,
        "1.5",
        "null",
        "é",
    ]
    asked = "&".join(
        f"{chance.choice(names)}={chance.choice(values)}" for _ in range(chance.choice([1, 2, 300]))
    )
    return request(chance.choice(["GET", "DELETE"]), f"{chance.choice(READS)}?{asked}")


def _send_at_once(chance: random.Random, most: int) -> bytes:
    return request("GET", chance.choice(READS), connection="keep-alive") * 5 + _break_framing(
        chance, most
    )


def _leave_early(chance: random.Random, most: int) -> bytes:
    whole = post(path := chance.choice(list(BODIES)), BODIES[path])
    return whole[: chance.randrange(len(whole))]


def _leave_unread(chance: random.Random, most: int) -> bytes:
    path = chance.choice(["/v1/query/stream", "/v1/query", "/v1/documents", "/v1/graph/export"])
    return post(path, BODIES[path]) if path in BODIES else request("GET", path)


_KINDS: dict[str, Callable[[random.Random, int], bytes]] = {
    "broken framing": _break_framing,
    "wrong types": _change_types,
    "deep JSON": _go_deep,
    "huge numbers": _write_numbers,
    "broken text": _spoil_text,
    "unknown methods": _invent_methods,
    "path tricks": _walk_paths,
    "content types": _lie_of_content,
    "foreign origins": _come_from_afar,
    "large headers": _swell_headers,
    "junk forms": _send_junk_forms,
    "large bodies": _send_too_much,
    "odd queries": _ask_oddly,
    "many at once": _send_at_once,
    "leaves early": _leave_early,
    "leaves unread": _leave_unread,
}
