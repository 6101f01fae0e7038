"""The conversations in which a chat model extracts."""

from typing import Any

from sqlrag.domain.graph import ChunkText, DocumentText, ExtractionOptions
from sqlrag.domain.retrieval import Message
from sqlrag.prompts.templates import make_mark, one_line, render

LONGEST_QUOTE = 4_000  # characters of an unreadable reply that are shown to the model again


def render_start(
    document: DocumentText, chunk: ChunkText, options: ExtractionOptions
) -> tuple[Message, ...]:
    """Instructions, the same for every chunk, then the chunk behind a mark it cannot foresee."""
    passage = render(
        "extract_passage",
        mark=make_mark("\n".join((document.title, *chunk.headings, chunk.content))),
        title=one_line(document.title) or "(none)",
        headings=" > ".join(map(one_line, chunk.headings)) or "(none)",
        passage=chunk.content.strip(),
    )
    return Message("system", _render_rules(options)), Message("user", passage)


def render_gleaning(reply: str) -> tuple[Message, ...]:
    return Message("assistant", reply), Message("user", render("glean"))


def render_repair(reply: str) -> tuple[Message, ...]:
    shown = reply[:LONGEST_QUOTE]
    return Message("assistant", shown), Message("user", render("repair"))


def make_schema() -> dict[str, Any]:
    """Of the reply, in the subset that strict endpoints accept."""
    texts = {name: {"type": "string"} for name in ("name", "type", "description")}
    ends = {name: {"type": "string"} for name in ("source", "target", "keywords", "description")}
    return _object(
        entities={"type": "array", "items": _object(**texts)},
        relations={"type": "array", "items": _object(**ends, weight={"type": "number"})},
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _render_rules(options: ExtractionOptions) -> str:
    tongue = f"in {options.language}" if options.language else "in the language of the passage"
    examples = "\n\n".join(options.examples)
    return render(
        "extract",
        entity_types=", ".join(options.entity_types) or "concept",
        language=f"Write descriptions and keywords {tongue}.\n",
        examples=f"\nExamples:\n{examples}\n" if examples else "",
    )
