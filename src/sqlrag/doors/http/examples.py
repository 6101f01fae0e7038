"""Recorded requests and answers, for the OpenAPI document: tests/api/record_examples.py."""

import json
from importlib.resources import files
from typing import Any

_RECORDED: dict[str, Any] = json.loads(
    (files("sqlrag.doors.http") / "examples.json").read_text(encoding="utf-8")
)
REQUESTS, RESPONSES, PARTIAL, PROBLEMS = (
    _RECORDED[part] for part in ("requests", "responses", "partial", "problems")
)
FORM = {
    "files": ["(the bytes of reports/2023-q3.pdf)"],
    "metadata": '{"year": 2023, "quarter": 3}',
    "tags": ["report"],
}
