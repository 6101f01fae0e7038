"""What a person who looks through a workspace sees of it, a screen at a time.

A workspace that does not exist is empty.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import convert

from sqlrag.domain.shelf import Drawing, Shelf, ShelfOrder, ShelfStatus
from sqlrag.rag.auditing import Witness
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres


class _Rag(Protocol):
    workspace: str
    workspaces: Workspaces
    storage: Postgres

    @property
    def witness(self) -> Witness: ...


async def read_shelf(
    rag: _Rag,
    statuses: Sequence[ShelfStatus] = (),
    order: ShelfOrder = "updated_at",
    is_descending: bool = True,
    limit: int = 0,
    first: int = 0,
) -> Shelf:
    """Documents of some statuses, or of all, and how many there are of each."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    if workspace is None:
        return Shelf({}, 0, [])
    asked = list(statuses) or None, order, is_descending, limit, first
    found = await rag.storage.fetch_value("read_shelf", workspace.id, *asked)
    return convert(found, Shelf)


async def draw_graph(rag: _Rag, name: str | None, depth: int, max_nodes: int) -> Drawing:
    """What is around an entity, or, without one, what is spoken of most; empty for a name that no
    entity has."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    if workspace is None:
        return Drawing([], [], False)
    asked = workspace.id, name, depth, max_nodes
    return convert(await rag.storage.looks.fetch_value("draw_graph", *asked), Drawing)


async def list_names(rag: _Rag, limit: int) -> list[str]:
    """Of entities, in their order."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    rows = await rag.storage.looks.fetch("list_names", workspace.id, limit) if workspace else ()
    return [row["name"] for row in rows]


async def is_entity(rag: _Rag, name: str) -> bool:
    """Whether an entity has the name."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    if workspace is None:
        return False
    return bool(await rag.storage.looks.fetch_value("is_entity", workspace.id, name))


async def count_ingestions(rag: _Rag) -> int:
    """How many documents wait to be read or are being read."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    if workspace is None:
        return 0
    return int(await rag.storage.fetch_value("count_ingestions", workspace.id))


async def cancel_ingestions(rag: _Rag) -> int:
    """Cancel whatever waits to be read or is being read; returns how many documents."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    rows = await rag.storage.fetch("cancel_ingestions", workspace.id) if workspace else ()
    if rows:
        await rag.witness.tell("cancel_ingestions", f"{len(rows)} jobs")
    return len(rows)


async def forget_answers(rag: _Rag) -> int:
    """Forget all answers that were kept to be given again; returns how many."""
    workspace = await rag.workspaces.look_up(rag.workspace)
    if workspace is None:
        return 0
    count = int(await rag.storage.fetch_value("forget_answers", workspace.id))
    await rag.witness.tell("forget_answers", f"{count} answers")
    return count
