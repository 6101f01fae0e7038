"""The numbers of ordered lists, as pages and Word documents count: `3. `, `c. `, `iii. `."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
MOST_ROMAN = 4_999


@dataclass
class Numbering:
    """The number of the next item; `kind` is 1, a, A, i or I, as in HTML."""

    number: int = 1
    step: int = 1
    kind: str = "1"

    @classmethod
    def of(cls, attributes: Mapping[str, Any], items: int) -> "Numbering":
        """From the attributes of an <ol> and how many items it has."""
        step = -1 if "reversed" in attributes else 1
        first = whole(attributes.get("start"), items if step < 0 else 1)
        return cls(first, step, attributes.get("type") or "1")

    def next(self, value: str | None = None) -> str:
        number = whole(value, self.number)
        self.number = number + self.step
        return f"{written(number, self.kind)}. "


def whole(text: str | None, otherwise: int) -> int:
    try:
        return int((text or "")[:9])
    except ValueError:
        return otherwise


def written(number: int, kind: str) -> str:
    text = str(number)
    if kind in ("a", "A") and number > 0:
        text = ""
        while number:
            number, letter = divmod(number - 1, 26)
            text = chr(ord("a") + letter) + text
    elif kind in ("i", "I") and 0 < number <= MOST_ROMAN:
        text = ""
        for value, numeral in ROMAN:
            text += numeral * (number // value)
            number %= value
    return text.upper() if kind in ("A", "I") else text
