"""The texts of prompts, and what keeps documents from speaking in their place."""

import hashlib
from functools import cache
from importlib.resources import files
from string import Template


@cache
def load_template(name: str) -> Template:
    """The prompt file `name`; `$name` stands for a value, put in once."""
    text = (files("sqlrag.prompts") / f"{name}.md").read_text(encoding="utf-8")
    return Template(text)


def make_mark(text: str) -> str:
    """A word that stands before material and that the material cannot foresee: its hash."""
    return f"#{hashlib.blake2b(text.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def one_line(text: str) -> str:
    return " ".join(text.split())
