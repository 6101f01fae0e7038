"""What a chat model reads to answer: instructions, passages, conversation and question."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlrag.domain.citing import show_notes
from sqlrag.domain.retrieval import Context, Copy, Message, QueryParam, ScoredChunk
from sqlrag.prompts.templates import make_mark, one_line, render


def render_messages(question: str, context: Context, param: QueryParam) -> tuple[Message, ...]:
    """The whole prompt: system, the conversation so far, the question.

    Mode bypass gets no passages. What earlier turns cite, were the passages of their own questions.
    """
    wish = (param.user_prompt or "").strip()
    values = {
        "response_type": param.response_type,
        "user_prompt": f"- The user also asks: {wish}\n" if wish else "",
    }
    history = param.conversation_history
    if param.mode == "bypass":
        system = render("bypass", **values)
    else:
        history = tuple(replace(turn, content=show_notes(turn.content)) for turn in history)
        facts, passages = _render_parts(context)
        # No document can foresee a hash of all of them together.
        mark = make_mark(_join(facts, passages))
        shown = _join(facts, passages, f"{mark} ") or "(no passage was found)"
        system = render("answer", **values, mark=mark, context=shown)
    return (Message("system", system), *history, Message("user", question))


def render_context(context: Context) -> str:
    """The chunks as a reader sees them, numbered from 1: a head line, then the content.

    Numbers in brackets that the documents have of their own are shown as `⟨3⟩`, so that nobody
    takes them for passages.
    """
    return _join(*_render_parts(context))


def _render_parts(context: Context) -> tuple[list[str], list[str]]:
    """A line for each fact of the graph, and the passages."""
    facts = [show_notes(one_line(fact).rstrip(" —")) for fact in _render_graph(context)]
    passages = [
        f"{render_head(number, chunk)}\n{show_notes(chunk.content.strip())}"
        for number, chunk in enumerate(context.chunks, start=1)
    ]
    return facts, passages


def _join(facts: Sequence[str], passages: Sequence[str], prefix: str = "") -> str:
    """`prefix` opens each fact and each passage, so that a document cannot forge one."""
    lines = "\n".join(prefix + fact for fact in facts)
    return "\n\n".join(part for part in (lines, *(prefix + one for one in passages)) if part)


def _render_graph(context: Context) -> Iterator[str]:
    """Entities and relations, a line each: what to know of names before reading the passages."""
    for entity in context.entities:
        yield f"entity: {entity.name} ({entity.type}) — {entity.description}"
    for relation in context.relations:
        about = f" ({relation.keywords})" if relation.keywords else ""
        ends = f"{relation.source} → {relation.target}"
        yield f"relation: {ends}{about} — {relation.description}"


def render_head(number: int, chunk: ScoredChunk) -> str:
    """`[1] title — page 3 — heading > heading — also in title`, on one line."""
    parts = [chunk.title or chunk.source_key]
    if chunk.page is not None:
        last = chunk.page_end if chunk.page_end is not None else chunk.page
        parts.append(f"page {chunk.page}" if last == chunk.page else f"pages {chunk.page}–{last}")
    if chunk.headings:
        parts.append(" > ".join(chunk.headings))
    if chunk.copies:
        parts.append(f"also in {name_copies(chunk.copies)}")
    return f"[{number}] " + show_notes(" — ".join(map(one_line, parts)))


def name_copies(copies: Sequence[Copy], most: int = 3) -> str:
    """The documents of copies by title, the first of many."""
    titles = list(dict.fromkeys(copy.title or copy.source_key for copy in copies))
    more = f" and {len(titles) - most} more" if len(titles) > most else ""
    return ", ".join(titles[:most]) + more
