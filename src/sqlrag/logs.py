"""Logs that say of what they are: the request, the job, the document."""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_about: ContextVar[Mapping[str, Any]] = ContextVar("about", default={})  # noqa: B039


def note(**ids: Any) -> None:
    """What is done from here on in this task is of these: request, workspace, job, document."""
    _about.set({**_about.get(), **ids})


def read_ids() -> Mapping[str, Any]:
    return _about.get()


def configure_logs(form: str, level: str) -> None:
    """Lines on stderr, as text or as JSON; where logging has a handler already, that stays."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(handlers=[handler], level=level)


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("{asctime} {levelname:7} {message}{about}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in read_ids().items())
        record.about = f"  [{ids}]" if ids else ""
        return super().formatMessage(record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **read_ids(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)
