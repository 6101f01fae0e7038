"""Formulas of pages and of Word in one line of text: `a/(b+c)`, `x^2`."""

import re
from collections.abc import Sequence

# Spaces that are not between words, and what only programs see.
INVISIBLE = re.compile(r"(?<!\w)\s+|\s+(?!\w)|[\u2061-\u2064\u200b]+")
# What stands between the parts of an element, by its name in MathML and in Word.
BETWEEN = {
    "mfrac": "/", "f": "/", "msup": "^", "sSup": "^", "mover": "^", "limUpp": "^", "msub": "_",
    "sSub": "_", "munder": "_", "limLow": "_", "mtr": " ", "mr": " ", "mtable": "; ", "m": "; ",
}  # fmt: skip
BOTH = {"msubsup", "munderover", "sSubSup"}
ROOTS = {"msqrt", "mroot", "rad"}


def join_formula(name: str, parts: Sequence[str]) -> str:
    """One element of a formula from its parts, each in one line already."""
    if name in ROOTS and parts:
        return "√" + _grouped("".join(parts[:1] if name == "mroot" else parts))
    if name in BOTH and len(parts) == 3:
        base, low, high = parts
        return f"{base}_{_grouped(low)}^{_grouped(high)}"
    if name == "nary" and len(parts) == 4:
        sign, low, high, body = parts
        return f"{sign}_{_grouped(low)}^{_grouped(high)} {body}"
    between = BETWEEN.get(name, "")
    if between in ("/", "^", "_") and between:
        return between.join(map(_grouped, parts))
    return between.join(parts)


def plain(text: str) -> str:
    return INVISIBLE.sub("", text)


def _grouped(part: str) -> str:
    simple = re.fullmatch(r"[-−+]?[\w.,′']*|\(.*\)|.", part)
    return part if simple else f"({part})"
