"""The conversations in which a chat model summarises what is said of an entity or a relation."""

import hashlib
from collections.abc import Sequence

from sqlrag.domain.retrieval import Message
from sqlrag.prompts.answer import load_template

WORDS = 300


def render_summary(
    subject: str, notes: Sequence[str], language: str | None = None
) -> tuple[Message, ...]:
    """Instructions, then the notes, a line each, behind a mark that they cannot foresee."""
    listed = "\n".join(f"- {' '.join(note.split())}" for note in notes)
    digest = hashlib.blake2b(f"{subject}\n{listed}".encode("utf-8", "replace"), digest_size=6)
    tongue = f"in {language}" if language else "in the language of most notes"
    rules = load_template("summarize").safe_substitute(words=WORDS, language=f"Write {tongue}.")
    material = load_template("summarize_notes").safe_substitute(
        mark=f"#{digest.hexdigest()}", subject=" ".join(subject.split()), notes=listed
    )
    return Message("system", rules.strip()), Message("user", material.strip())
