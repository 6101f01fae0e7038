"""Small files that ask for much, at the limits that hold by default, but for that of time: a test
should not fail because the machine is busy."""

import asyncio
import json
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest

from sqlrag.domain.documents import Source
from sqlrag.domain.errors import UnreadableDocument
from sqlrag.domain.limits import Limits, Splitting
from sqlrag.parsing import pool as pools
from sqlrag.parsing.pool import ParserPool
from tests.unit.parsing.archives import archive

PATIENT = Limits(timeout=150)
PAGE = Source("k", b"# Title\n\nSome words.", "a.md")
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
NO_MEMORY = r"needs? .*more than the 1,024 MiB of memory .*raise SQLRAG_PARSE_MEMORY_BYTES\."
TOO_DEEP = r"nested deeper than .*; flatten it and ingest that\."


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def pdf(content: bytes, resources: bytes, *further: bytes) -> bytes:
    """One page; `further` objects are numbered from 5, where the font is."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<<%s>>/Contents 4 0 R>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        page % resources,
        content,
        FONT,
        *further,
    ]
    numbered = (b"%d 0 obj\n%s\nendobj\n" % item for item in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer\n<</Root 1 0 R>>\n%%EOF"


def nested_forms(depth: int = 12, calls: int = 10) -> bytes:
    """A kilobyte that asks for ten times as much at every level."""
    box = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<%s>>"
    forms = [
        stream(b"/F Do " * calls, box % b"/XObject<</F %d 0 R>>" % (number + 7))
        for number in range(depth - 1)
    ]
    word = stream(b"BT /A 12 Tf (word) Tj ET", box % b"/Font<</A 5 0 R>>")
    return pdf(stream(b"/F Do"), b"/XObject<</F 6 0 R>>", *forms, word)


def unpacking_pdf(unit: bytes = b"q ", size: int = 2**29) -> bytes:
    packer = zlib.compressobj(9)
    piece = unit * (2**20 // len(unit))
    packed = b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()
    return pdf(stream(packed, b"/Filter/FlateDecode"), b"/Font<</A 5 0 R>>")


def docx(before: str, after: str, times: int) -> bytes:
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = before * times + "<w:p><w:r><w:t>word</w:t></w:r></w:p>" + after * times
    document = f'<w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>'
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
    return buffer.getvalue()


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "forms in forms": ("a.pdf", nested_forms, NO_MEMORY),
    "a stream of half a gibibyte": ("a.pdf", unpacking_pdf, NO_MEMORY),
    "elements in elements": ("a.html", lambda: b"<div>" * 300_000 + b"deep", TOO_DEEP),
    "words between them": ("a.html", lambda: b"<div>w " * 300_000, TOO_DEEP),
    "lists in lists": ("a.html", lambda: b"<ul><li>x" * 150_000, TOO_DEEP),
    "tables in tables": ("a.html", lambda: b"<table><tr><td>x" * 100_000, TOO_DEEP),
    "drawings in drawings": ("a.html", lambda: b"<svg>" * 200_000 + b"</svg>x", TOO_DEEP),
    "silence in silence": ("a.html", lambda: b"<nav>x" * 99_999 + b"</nav>" * 99_999, TOO_DEEP),
    "a tag of many attributes": (
        "a.html",
        lambda: b"<p " + b" ".join(b"a%d=1" % n for n in range(400_000)) + b">x",
        "more than 5,000 attributes; take them out\\.",
    ),
    "tables in tables of Word": (
        "a.docx",
        lambda: docx("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 3_000),
        TOO_DEEP,
    ),
    "content in content of Word": (
        "a.docx",
        lambda: docx("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", 50_000),
        TOO_DEEP,
    ),
    "sections in sections": (
        "a.odt",
        lambda: archive(
            {"content.xml": f"<body>{'<section>' * 9_000}{'</section>' * 9_000}</body>"}
        ),
        TOO_DEEP,
    ),
    "arrays in arrays": ("a.json", lambda: b"[" * 10**6 + b"]" * 10**6, TOO_DEEP),
    "arrays in a line": ("a.jsonl", lambda: b"[" * 10**6 + b"]" * 10**6, TOO_DEEP),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_bomb_is_refused_for_what_it_is_and_costs_one_document(kind):
    name, make, sentence = REFUSED[kind]
    pool = ParserPool(PATIENT, Splitting(), workers=1)
    try:
        with pytest.raises(UnreadableDocument, match=rf"^{name} cannot be read: .*{sentence}$"):
            await pool.prepare(Source("k", make(), name))
        assert (await pool.prepare(PAGE)).parsed.title == "Title"
    finally:
        await pool.close()


READ: dict[str, tuple[str, Callable[[], bytes], int]] = {
    "spaces in a title": ("a.md", lambda: b"---\ntitle: a" + b" " * 99_999 + b"b\n---\nx", 1),
    "code that never ends": ("a.md", lambda: b"<b>" + b"`" * 99_999 + b" x", 100_000),
    "ever more of its marks": (
        "a.md",
        lambda: b"<b> " + b" ".join(b"`" * n + b"a" for n in range(1, 1_000)),
        500_000,
    ),
    "brackets that never end": ("a.md", lambda: b"# " + b"[" * 50_000, 50_000),
    "quotes in quotes": ("a.md", lambda: b"# a\n" + b">" * 99_999 + b" x", 100_000),
    "tags that never end": ("a.md", lambda: b'<a x="' * 50_000, 299_000),
    "bold in bold": ("a.html", lambda: b"<b>x" * 4_999, 4_999),
    "one huge line": ("a.jsonl", lambda: json.dumps({"a": "word " * 200_000}).encode(), 999_000),
    "spaces": ("a.txt", lambda: (b" " * 1_999 + b"a") * 500, 990_000),
    "no spaces": ("a.txt", lambda: b"a" * 1_000_000, 1_000_000),
    "cells": ("a.csv", lambda: b"1," * 50_000, 100_000),
}


@pytest.mark.parametrize("kind", READ)
async def test_what_only_looks_like_a_bomb_is_read(kind):
    name, make, characters = READ[kind]
    pool = ParserPool(PATIENT, Splitting(), workers=1)
    try:
        document = await pool.prepare(Source("k", make(), name))
        assert len(document.parsed.text) >= characters
    finally:
        await pool.close()


async def test_hostile_uploads_leave_the_others_going(monkeypatch):
    monkeypatch.setattr(pools, "PATIENCE", 0.2)
    pool = ParserPool(Limits(timeout=60), Splitting(), workers=2)
    hanging = [asyncio.create_task(pool._run("a.pdf", "time", "sleep", 3600)) for _ in range(3)]
    await asyncio.sleep(0)
    try:
        for _ in range(3):
            assert (await pool.prepare(PAGE)).parsed.title == "Title"
        assert not any(task.done() for task in hanging)
        assert len(pool._workers) <= 4
    finally:
        await pool.close()
    refusals = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(refusal, UnreadableDocument) for refusal in refusals)


async def test_processes_stay_few_however_many_files_are_hostile(monkeypatch):
    monkeypatch.setattr(pools, "PATIENCE", 0.1)
    pool = ParserPool(Limits(timeout=1.5), Splitting(), workers=1)
    hanging = [asyncio.create_task(pool._run("a.pdf", "time", "sleep", 3600)) for _ in range(4)]
    most = 0
    while not all(task.done() for task in hanging):
        most = max(most, len(pool._workers))
        await asyncio.sleep(0.02)
    assert most == 2
    assert await pool._run("a.md", "os", "getpid")
    assert (pool._late, len(pool._workers)) == (0, 1)
    await pool.close()
    await asyncio.gather(*hanging, return_exceptions=True)
