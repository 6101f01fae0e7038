"""Texts of prompts, schemas of replies, and what keeps documents from speaking in their place."""

import hashlib
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}


@cache
def _load(name: str) -> Template:
    return Template((files("sqlrag.prompts") / f"{name}.md").read_text(encoding="utf-8"))


def render(name: str, **values: object) -> str:
    """The prompt file `name`, in which `$name` stands for a value, put in once: a `$name` in what
    users and documents wrote stays as it is."""
    return _load(name).safe_substitute(values).strip()


def make_mark(text: str) -> str:
    """A word that stands before material and that the material cannot foresee: its hash."""
    return f"#{hashlib.blake2b(text.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def strict_object(**properties: Any) -> dict[str, Any]:
    """The JSON schema of a reply, in the subset that strict endpoints accept."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
