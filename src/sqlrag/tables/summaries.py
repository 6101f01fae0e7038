"""What models made of the descriptions of entities and relations."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from sqlrag.tables.columns import belongs_to, key, made_at, metadata

for _noun, _table in (("entity", "entities"), ("relation", "relations")):
    Table(
        f"{_noun}_summaries",
        metadata,
        key("workspace_id", Integer),
        key(f"{_noun}_id"),
        Column("summary", Text, nullable=False),
        Column("model", Text, nullable=False),
        Column("inputs_sha256", LargeBinary, nullable=False),
        made_at("made_at"),
        belongs_to(f"{_noun}_id", _table),
    )
