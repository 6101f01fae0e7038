"""Writes a conversation down: as JSON for programs, as Markdown for people."""

import re
from collections.abc import Iterator

import msgspec

from sqlrag.domain.conversations import Citation, Transcript, TranscriptFormat, Turn

# What ends a paragraph of ours early, or begins something of its own, where it opens a line.
_BLOCK = re.compile(r"^(\s*)([#>+*=`~|-]|\d+[.)])", re.MULTILINE)
_MARKS = re.compile(r"([\\`*_\[\]<>])")
_BECAME = {
    "there": "",
    "moved": "; it stands elsewhere in the document now",
    "changed": "; the document was changed since and no longer says it",
    "deleted": "; the document was deleted since",
}


def write_transcript(found: Transcript, form: TranscriptFormat) -> str:
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    return "\n\n".join(_write_parts(found)) + "\n"


def _write_parts(found: Transcript) -> Iterator[str]:
    title = found.title or f"Conversation {found.conversation_id}"
    yield f"# {_escape(' '.join(title.split()))}"
    began = f"{found.created_at:%Y-%m-%d %H:%M} UTC"
    yield f"Conversation {found.conversation_id}, begun {began}, turns: {found.turn_count}."
    for turn in found.turns:
        yield from _write_turn(turn)


def _write_turn(turn: Turn) -> Iterator[str]:
    yield f"## {turn.turn}. {turn.answered_at:%Y-%m-%d %H:%M} UTC"
    if turn.follows != turn.turn - 1:
        yield f"*Asked before turn {turn.turn - 1} was answered.*"
    if turn.question:
        yield "\n".join(f"> {line}" for line in _BLOCK.sub(r"\1\\\2", turn.question).splitlines())
    if turn.erased_at:
        yield f"*The answer was erased on {turn.erased_at:%Y-%m-%d}, with what it was read from.*"
        return
    yield turn.answer.strip()
    if turn.citations:
        yield "\n".join(map(_write_citation, turn.citations))
    yield f"*{_escape(turn.model)}, {turn.mode}*"


def _write_citation(one: Citation) -> str:
    page = f", page {one.page}" if one.page else ""
    span = f"characters {one.char_start}–{one.char_end}"
    copies = ", ".join(_escape(copy.source_key) for copy in one.copies)
    also = f"; also in {copies}" if copies else ""
    quote = _escape(" ".join(one.quote.split()))
    where = f"{_escape(one.title or one.source_key)}{page} ({span} of {_escape(one.source_key)})"
    return f"- [{one.number}] {where}{also}{_BECAME[one.source]}: “{quote}”"


def _escape(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
