"""What was retrieved, and why: rows with their arms and paths, notes, and the plan in short."""

from collections.abc import Sequence
from typing import Any

from sqlrag.domain.retrieval import Arm, Context, ScoredChunk
from sqlrag.doors.cli.output import count, print_quote, say, shorten


def print_context(context: Context) -> None:
    """Entities and relations a line each, then the chunks, then what can be said of all of it."""
    for note in context.notes:
        say(f"note: {note}", style="dim")
    if context.searched not in ("", context.question):
        say(f"searched: {context.searched}", style="dim")
    for entity in context.entities:
        what = f"entity {entity.name} ({entity.type})"
        _print_row(entity.rank, what, entity.score, entity.arms, entity.path)
    for relation in context.relations:
        what = f"relation {relation.source} → {relation.target}"
        _print_row(relation.rank, what, relation.score, relation.arms, relation.path)
    for chunk in context.chunks:
        page = f", page {chunk.page}" if chunk.page else ""
        what = f"{chunk.title or shorten(chunk.source_key)}{page}"
        _print_row(chunk.rank, what, chunk.score, chunk.arms, chunk.about)
        _print_way(chunk)
        print_quote(chunk.content[:1000], most=2)
    kinds = ((context.entities, "entity", "entities"), (context.relations, "relation", "relations"))
    found = [f"{len(rows)} {one if len(rows) == 1 else many}" for rows, one, many in kinds if rows]
    found.append(count(len(context.chunks), "chunk"))
    took = f"{context.seconds['search'] * 1000:.1f} ms"
    why = f", mode {context.mode}. {context.reason or ''}".rstrip()
    say(f"{', '.join(found)} in {took}{why}", style="dim")
    if context.plan:
        say(describe_plan(context.plan), style="dim")


def describe_plan(plan: dict[str, Any]) -> str:
    """The plan in one line: what it took, how much was read, and by which indexes."""
    reads = plan["Reads"]
    blocks = sum(plan["Plan"].get(f"Shared {kind} Blocks", 0) for kind in ("Hit", "Read"))
    scanned = "".join(f"; scanned: {name}" for name in reads["tables"])
    return (
        f"plan: {plan['Planning Time']:.1f} ms planning, {plan['Execution Time']:.1f} ms running, "
        f"{count(reads['rows'], 'row')} read, {count(blocks, 'block')}; "
        f"indexes: {', '.join(sorted(reads['indexes'])) or 'none'}{scanned}"
    )


def _print_row(
    rank: int, what: str, score: float, arms: Sequence[Arm], path: Sequence[str]
) -> None:
    """Where and why, on one line; the path on the next."""
    told = ", ".join(f"{arm.arm} #{arm.rank}" for arm in arms)
    say(f"{rank:>2}  ", (what, "bold"), (f"  {score:.3f} ({told})", "dim"))
    if path:
        say(f"    by {'; '.join(path)}", style="dim")


def _print_way(chunk: ScoredChunk) -> None:
    """Over which entities and chunks hops led to it."""
    if len(chunk.path) > 1:
        way = " → ".join(f"{step.entity or '…'} ({step.title})" for step in chunk.path)
        say(f"    {way}", style="dim")
