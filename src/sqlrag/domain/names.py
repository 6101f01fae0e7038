"""Cleans names and texts so that they can be stored, shown and compared."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from sqlrag.domain.errors import BadInput

# What is white space to Python and to the ECMA that reads patterns of JSON schemas differs.
NOT_BLANK = r"[^\s\x00\x1c-\x1f\x85\ufeff]"
Words = Annotated[str, Meta(min_length=1, pattern=NOT_BLANK)]  # a text that says something
LONGEST_NAME = 200
_QUOTES = "\"'`“”„«»‘’「」『』"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")

_SURROGATE = re.compile("[\ud800-\udfff]")


def name_key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def clean_name(value: Any) -> str:
    """On one line, without control characters and the quotation marks around it; may be ''."""
    name = " ".join(clean_text(value, 4 * LONGEST_NAME).split())
    while len(name) > 1 and name[0] in _QUOTES and name[-1] in _QUOTES:
        name = name[1:-1].strip()
    return name[:LONGEST_NAME].strip() if name.strip(_QUOTES) else ""


def clean_text(value: Any, longest: int) -> str:
    """Texts, numbers, and lists of them (keywords, as some models write them), cut to fit."""
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value if isinstance(item, str | int | float))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = _UNPRINTABLE.sub("", str(value)).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def join_lines(*parts: str) -> str:
    """What there is of the parts, a line each: the text that is embedded of something."""
    return "\n".join(part for part in parts if part)


def check_text(what: str, text: Any) -> str:
    """The text; raises BadInput for what is none, and for what Postgres can neither store nor look
    for."""
    if not isinstance(text, str):
        raise BadInput(f"{what} is no text; give one.")
    if "\x00" in text:
        raise BadInput(f"{what} holds a NUL character, which Postgres cannot store; leave it out.")
    if _SURROGATE.search(text):  # such as bytes of a file name that are not UTF-8
        shown = text.encode("utf-8", "replace").decode()[-200:]
        raise BadInput(
            f"{what} {shown} is not valid Unicode, which Postgres cannot store; rename it."
        )
    return text


def check_values(what: str, value: Any) -> None:
    """Every text in a value of JSON, its keys too, as check_text does."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            check_text(what, one)
        elif isinstance(one, Mapping):
            rest += (*one, *one.values())
        elif isinstance(one, list | tuple):
            rest += one
