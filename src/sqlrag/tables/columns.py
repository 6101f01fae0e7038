"""What the tables share: their metadata and the columns that many of them have."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Text,
    text,
)

metadata = MetaData(schema="sqlrag")
CASCADE = "CASCADE"


def made_at(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=text("now()"))


def count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def workspace_key() -> Column[int]:
    return Column(
        "workspace_id",
        ForeignKey("sqlrag.workspaces.workspace_id", ondelete=CASCADE),
        primary_key=True,
    )


def belongs_to(noun: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", noun],
        [f"sqlrag.{table}.workspace_id", f"sqlrag.{table}.{noun}"],
        ondelete=CASCADE,
    )


def key(name: str, kind: type[BigInteger] | type[Integer] = BigInteger) -> Column[int]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def edit_columns() -> list[Column[object]]:
    return [Column("edited_by", Text), Column("edited_at", DateTime(timezone=True))]
