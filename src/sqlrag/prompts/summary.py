"""The conversations in which a chat model summarises what is said of an entity or a relation."""

from collections.abc import Sequence

from sqlrag.domain.retrieval import Message
from sqlrag.prompts.templates import load_template, make_mark, one_line

WORDS = 300


def render_summary(
    subject: str, notes: Sequence[str], language: str | None = None
) -> tuple[Message, ...]:
    """Instructions, then the notes, a line each, behind a mark that they cannot foresee."""
    listed = "\n".join(f"- {one_line(note)}" for note in notes)
    tongue = f"in {language}" if language else "in the language of most notes"
    rules = load_template("summarize").safe_substitute(words=WORDS, language=f"Write {tongue}.")
    material = load_template("summarize_notes").safe_substitute(
        mark=make_mark(f"{subject}\n{listed}"), subject=one_line(subject), notes=listed
    )
    return Message("system", rules.strip()), Message("user", material.strip())
