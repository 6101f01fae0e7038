"""How an answer cites, and how the numbers that documents have of their own are told from it."""

import re
from collections.abc import Iterator

_LIST = r"\d{1,4}(?:\s*[,;，、；–-]\s*\d{1,4})*"
CITED = rf"\[\s*{_LIST}\s*\\?\]|【\s*{_LIST}\s*(?:†[^】]*)?】|［\s*{_LIST}\s*］"
_CITATION = re.compile(CITED)
# Code of Markdown, where brackets are an index or a list.
_CODE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_NUMBERS = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")


def read_numbers(listed: str) -> Iterator[int]:
    """The numbers of one citation; a range stands for all in it, one past 100 for its ends."""
    for match in _NUMBERS.finditer(listed.partition("†")[0]):
        first = int(match.group(1))
        last = int(match.group(2) or first)
        yield from range(first, last + 1) if last - first < 100 else (first, last)


def has_notes(text: str) -> bool:
    return _CITATION.search(text) is not None


def part_notes(text: str) -> str:
    """All that looks like a citation shown as `⟨3⟩`, character for character."""
    return _CITATION.sub(lambda found: f"⟨{found[0][1:-1]}⟩", text)


def show_notes(text: str) -> str:
    """Words of a document as answers and prompts show them: its `[3]` as `⟨3⟩`, but for code."""
    shown, end = list[str](), 0
    for code in _CODE.finditer(text):
        shown += (part_notes(text[end : code.start()]), code[0])
        end = code.end()
    return "".join((*shown, part_notes(text[end:])))
