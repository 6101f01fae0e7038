"""The conversations in which a chat model extracts, and summarises what it extracted."""

from collections.abc import Sequence

from sqlrag.domain.graph import ChunkText, DocumentText, ExtractionOptions
from sqlrag.domain.retrieval import Message
from sqlrag.prompts.templates import TEXT, make_mark, one_line, render, strict_object

_ENTITY = strict_object(name=TEXT, type=TEXT, description=TEXT)
_RELATION = strict_object(
    source=TEXT, target=TEXT, keywords=TEXT, description=TEXT, weight={"type": "number"}
)
EXTRACTION_SCHEMA = strict_object(
    entities={"type": "array", "items": _ENTITY}, relations={"type": "array", "items": _RELATION}
)
WORDS = 300  # of a summary
LONGEST_QUOTE = 4_000  # characters of an unreadable reply that are shown to the model again


def render_start(
    document: DocumentText, chunk: ChunkText, options: ExtractionOptions
) -> tuple[Message, ...]:
    """Instructions, the same for every chunk, then the chunk behind a mark it cannot foresee."""
    tongue = f"in {options.language}" if options.language else "in the language of the passage"
    examples = "\n\n".join(options.examples)
    rules = render(
        "extract",
        entity_types=", ".join(options.entity_types) or "concept",
        language=f"Write descriptions and keywords {tongue}.\n",
        examples=f"\nExamples:\n{examples}\n" if examples else "",
    )
    passage = render(
        "extract_passage",
        mark=make_mark("\n".join((document.title, *chunk.headings, chunk.content))),
        title=one_line(document.title) or "(none)",
        headings=" > ".join(map(one_line, chunk.headings)) or "(none)",
        passage=chunk.content.strip(),
    )
    return Message("system", rules), Message("user", passage)


def render_gleaning(reply: str) -> tuple[Message, ...]:
    return Message("assistant", reply), Message("user", render("glean"))


def render_repair(reply: str) -> tuple[Message, ...]:
    shown = reply[:LONGEST_QUOTE]
    return Message("assistant", shown), Message("user", render("repair"))


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
