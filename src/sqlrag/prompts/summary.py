"""The conversations in which a chat model summarises what is said of an entity or a relation."""

from collections.abc import Sequence

from sqlrag.domain.retrieval import Message
from sqlrag.prompts.templates import make_mark, one_line, render

WORDS = 300


def render_summary(
    subject: str, notes: Sequence[str], language: str | None = None
) -> tuple[Message, ...]:
    """Instructions, then the notes, a line each, behind a mark that they cannot foresee."""
    listed = "\n".join(f"- {one_line(note)}" for note in notes)
    tongue = f"in {language}" if language else "in the language of most notes"
    rules = render("summarize", words=WORDS, language=f"Write {tongue}.")
    mark = make_mark(f"{subject}\n{listed}")
    material = render("summarize_notes", mark=mark, subject=one_line(subject), notes=listed)
    return Message("system", rules), Message("user", material)
