"""Tables of applications whose rows are documents."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WatchedTable:
    """As it was asked for; `condition` as Postgres writes it.

    `status` is 'watching', 'broken' (`error` says why), 'incomplete' or 'gone': some or all of its
    triggers were dropped or disabled. `relation` is what the table is called now.
    """

    name: str
    relation: str | None
    status: str
    key_column: str
    text_column: str
    title_column: str | None
    metadata_columns: list[str]
    condition: str | None
    media_type: str
    error: str | None
    watch_id: int
