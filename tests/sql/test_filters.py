"""What may be asked of metadata, and the sentence for what may not."""

import json
from typing import Any

import asyncpg
import pytest

from sqlrag.app import Rag
from sqlrag.domain.errors import BadInput
from sqlrag.domain.retrieval import MODES, Mode, QueryParam


@pytest.mark.parametrize(
    ("metadata", "wanted", "fits"),
    [
        ({"k.dot": 1}, {"k.dot": 1}, True),
        ({"k": {"dot": 1}}, {"k.dot": 1}, True),
        ({"k.dot": 2, "k": {"dot": 1}}, {"k.dot": 1}, False),
        ({"k.dot": 2}, {"k.dot": {"$ne": 2}}, False),
        ({"k": {"dot": 2}}, {"k.dot": {"$ne": 2}}, False),
        ({}, {"k.dot": {"$ne": 2}}, True),
        ({"a": {"b.c": "x"}}, {"a": {"b.c": "x"}}, True),
        ({"a": None}, {"a": {"$exists": True}}, True),
        ({}, {"a": {"$exists": True}}, False),
        ({}, {"a": {"$exists": False}}, True),
        ({"v": {"w": 0}}, {"v.w": {"$exists": True}}, True),
        ({"a": 5}, {"a": {"$not": {"$gt": 3}}}, False),
        ({"a": 2}, {"a": {"$not": {"$gt": 3}}}, True),
        ({}, {"a": {"$not": {"$gt": 3}}}, True),
        ({"a": 2}, {"$not": {"a": 2}}, False),
        ({"a": 3, "b": 1}, {"$nor": [{"a": 2}, {"b": 1}]}, False),
        ({"a": 3}, {"$nor": [{"a": 2}, {"b": 1}]}, True),
    ],
)
async def test_a_filter_fits(
    connection: asyncpg.Connection, metadata: Any, wanted: Any, fits: bool
) -> None:
    ask = "SELECT $1::text::jsonb @@ sqlrag.metadata_path($2::text::jsonb)"
    assert await connection.fetchval(ask, json.dumps(metadata), json.dumps(wanted)) is fits


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"source_keys": "d1"}, "source_keys needs a list of texts"),
        ({"source_keys": [1]}, "source_keys needs a list of texts"),
        ({"document_ids": ["1"]}, "document_ids needs a list of numbers"),
        ({"document_ids": 1}, "document_ids needs a list of numbers"),
        ({"document_ids": [1.5]}, "document_ids needs a list of numbers"),
        ({"tags": None}, "tags needs a list of texts"),
        ({"all_tags": {"a": 1}}, "all_tags needs a list of texts"),
        ({"created_after": "someday"}, "created_after needs a date or a time"),
        ({"created_before": 2024}, "created_before needs a date or a time"),
        ({"metadata": {"a": {"$exists": 1}}}, "needs true or false, not 1"),
        ({"metadata": {"a": {"$not": 3}}}, "must be an object, not 3"),
        ({"metadata": {"a": {"$in": "x"}}}, "needs a list of plain values"),
        ({"metadata": {"$nor": []}}, "needs a list of at least one filter"),
        ({"metadata": {"a": {"$like": "x"}}}, "Unknown filter operator"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_a_sentence(
    connection: asyncpg.Connection, given: Any, sentence: str
) -> None:
    ask = "SELECT * FROM sqlrag.permitted_documents(1, $1::text::jsonb)"
    with pytest.raises(asyncpg.InvalidParameterValueError, match=sentence.replace("$", r"\$")):
        await connection.fetch(ask, json.dumps(given))


@pytest.mark.parametrize("mode", [one for one in MODES if one != "bypass"])
@pytest.mark.parametrize("filters", [{"tag": ["a"]}, {"metadata": {"a": {"$like": "x"}}}])
async def test_a_wrong_filter_is_refused_also_where_there_is_nothing(
    rag: Rag, mode: Mode, filters: dict[str, Any]
) -> None:
    await rag.create_workspace("empty")
    with pytest.raises(BadInput, match="Unknown filter"):
        await rag.in_workspace("empty").search("x", QueryParam(mode, filters=filters))
