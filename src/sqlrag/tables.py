"""The tables as SQLAlchemy metadata, for those who query or autogenerate with it.

Describes what src/sql/schema makes; sqlrag itself never reads or writes through it.
"""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(schema="sqlrag")

_CASCADE = "CASCADE"


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=text("now()"))


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _workspace() -> Column[int]:
    return Column(
        "workspace_id",
        ForeignKey("sqlrag.workspaces.workspace_id", ondelete=_CASCADE),
        primary_key=True,
    )


embedding_spaces = Table(
    "embedding_spaces",
    metadata,
    Column("space_id", Integer, Identity(always=True), primary_key=True),
    Column("model", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    _now("created_at"),
    UniqueConstraint("model", "dimensions", name="one_space_per_model_and_dimensions"),
    CheckConstraint("dimensions BETWEEN 1 AND 4000", name="dimensions_fit_a_halfvec_index"),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("workspace_id", Integer, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column(
        "space_id",
        ForeignKey("sqlrag.embedding_spaces.space_id"),
    ),
    _now("created_at"),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    UniqueConstraint("name", name="workspace_name_is_unique"),
    CheckConstraint(r"name ~ '\S'", name="workspace_name_is_not_blank"),
)

workspace_totals = Table(
    "workspace_totals",
    metadata,
    _workspace(),
    Column("total_id", BigInteger, Identity(always=True), primary_key=True),
    _count("changes"),
    _count("documents"),
    _count("chunks"),
    _count("terms"),
)

documents = Table(
    "documents",
    metadata,
    _workspace(),
    Column("document_id", BigInteger, Identity(always=True), primary_key=True),
    Column("source_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("content_sha256", LargeBinary, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("metadata", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("status", Text, nullable=False),
    Column("error", Text),
    Column("char_count", Integer, nullable=False, server_default=text("0")),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    _now("created_at"),
    _now("updated_at"),
    UniqueConstraint("workspace_id", "source_key", name="source_key_is_unique_in_its_workspace"),
    CheckConstraint("status IN ('ready', 'partial', 'failed')", name="status_is_known"),
    CheckConstraint("status = 'ready' OR error IS NOT NULL", name="what_is_not_ready_says_why"),
    CheckConstraint("jsonb_typeof(metadata) = 'object'", name="metadata_is_an_object"),
)
Index(
    "documents_by_metadata",
    documents.c.metadata,
    postgresql_using="gin",
    postgresql_ops={"metadata": "jsonb_path_ops"},
)
Index("documents_by_tag", documents.c.tags, postgresql_using="gin")
Index("documents_by_language", documents.c.workspace_id, documents.c.language)
Index("documents_by_creation", documents.c.workspace_id, documents.c.created_at)

chunks = Table(
    "chunks",
    metadata,
    Column("workspace_id", Integer, primary_key=True, autoincrement=False),
    Column("chunk_id", BigInteger, Identity(always=True), primary_key=True),
    Column("document_id", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("content_sha256", LargeBinary, nullable=False),
    Column("token_count", Integer, nullable=False),
    Column("term_count", Integer, nullable=False),
    Column("char_start", Integer, nullable=False),
    Column("char_end", Integer, nullable=False),
    Column("page", Integer),
    Column("page_breaks", ARRAY(Integer), nullable=False, server_default=text("'{}'::integer[]")),
    Column("headings", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("extractor", Text),
    ForeignKeyConstraint(
        ["workspace_id", "document_id"],
        ["sqlrag.documents.workspace_id", "sqlrag.documents.document_id"],
        ondelete=_CASCADE,
    ),
    UniqueConstraint(
        "workspace_id",
        "document_id",
        "ordinal",
        name="ordinal_is_unique_in_its_document",
        deferrable=True,
        initially="IMMEDIATE",
    ),
    CheckConstraint("page IS NOT NULL OR page_breaks = '{}'", name="only_pages_have_breaks"),
    CheckConstraint("char_end - char_start = length(content)", name="span_holds_the_content"),
)

chunk_terms = Table(
    "chunk_terms",
    metadata,
    Column("workspace_id", Integer, nullable=False),
    Column("lexeme", Text(collation="C"), nullable=False),
    Column("chunk_id", BigInteger, nullable=False),
    Column("frequency", Integer, nullable=False),
    Column("term_count", Integer, nullable=False),
)
Index(
    "chunk_terms_by_lexeme",
    chunk_terms.c.workspace_id,
    chunk_terms.c.lexeme,
    chunk_terms.c.chunk_id,
    unique=True,
    postgresql_include=["frequency", "term_count"],
)
Index("chunk_terms_by_chunk", chunk_terms.c.workspace_id, chunk_terms.c.chunk_id)

chunk_embeddings = Table(
    "chunk_embeddings",
    metadata,
    Column("workspace_id", Integer, primary_key=True, autoincrement=False),
    Column("space_id", ForeignKey("sqlrag.embedding_spaces.space_id"), primary_key=True),
    Column("chunk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("embedding", HALFVEC(), nullable=False),
    ForeignKeyConstraint(
        ["workspace_id", "chunk_id"],
        ["sqlrag.chunks.workspace_id", "sqlrag.chunks.chunk_id"],
        ondelete=_CASCADE,
    ),
)
Index("chunk_embeddings_by_chunk", chunk_embeddings.c.workspace_id, chunk_embeddings.c.chunk_id)


def _of(noun: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", noun],
        [f"sqlrag.{table}.workspace_id", f"sqlrag.{table}.{noun}"],
        ondelete=_CASCADE,
    )


def _key(name: str, kind: type[BigInteger] | type[Integer] = BigInteger) -> Column[int]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _edit() -> list[Column[object]]:
    return [Column("edited_by", Text), Column("edited_at", DateTime(timezone=True))]


entities = Table(
    "entities",
    metadata,
    _workspace(),
    Column("entity_id", BigInteger, Identity(always=False), primary_key=True),
    Column("name", Text),
    Column("type", Text),
    Column("description", Text),
    *_edit(),
    CheckConstraint(r"name ~ '\S'", name="entity_name_is_not_blank"),
    CheckConstraint(
        "(edited_by IS NULL) = (edited_at IS NULL)", name="an_entity_s_edit_says_whose_it_is"
    ),
    CheckConstraint(
        "edited_by IS NOT NULL OR (name, type, description) IS NULL",
        name="only_an_edit_sets_an_entity",
    ),
)

entity_aliases = Table(
    "entity_aliases",
    metadata,
    _key("workspace_id", Integer),
    Column("name_key", Text(collation="C"), primary_key=True),
    Column("document_id", BigInteger, primary_key=True, server_default=text("0")),
    Column("entity_id", BigInteger, nullable=False),
    _of("entity_id", "entities"),
)
Index("entity_aliases_by_entity", entity_aliases.c.workspace_id, entity_aliases.c.entity_id)

mentions = Table(
    "mentions",
    metadata,
    _key("workspace_id", Integer),
    _key("entity_id"),
    _key("chunk_id"),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("is_subject", Boolean, nullable=False),
    _of("entity_id", "entities"),
    _of("chunk_id", "chunks"),
)
Index(
    "mentions_by_chunk",
    mentions.c.workspace_id,
    mentions.c.chunk_id,
    postgresql_include=["entity_id", "is_subject"],
)

relations = Table(
    "relations",
    metadata,
    _key("workspace_id", Integer),
    Column("relation_id", BigInteger, Identity(always=False), primary_key=True),
    Column("source_id", BigInteger, nullable=False),
    Column("target_id", BigInteger, nullable=False),
    Column("weight", Float(53), nullable=False, server_default=text("0")),
    Column("keywords", Text),
    Column("description", Text),
    *_edit(),
    *(
        ForeignKeyConstraint(
            ["workspace_id", end],
            ["sqlrag.entities.workspace_id", "sqlrag.entities.entity_id"],
            ondelete=_CASCADE,
        )
        for end in ("source_id", "target_id")
    ),
    UniqueConstraint("workspace_id", "source_id", "target_id", name="one_relation_per_pair"),
    CheckConstraint("source_id < target_id", name="a_pair_has_one_order"),
    CheckConstraint(
        "(edited_by IS NULL) = (edited_at IS NULL)", name="a_relation_s_edit_says_whose_it_is"
    ),
    CheckConstraint(
        "edited_by IS NOT NULL OR (keywords, description) IS NULL",
        name="only_an_edit_sets_a_relation",
    ),
)
for _end, _other in (("source", "target"), ("target", "source")):
    Index(
        f"relations_from_{_end}",
        relations.c.workspace_id,
        relations.c[f"{_end}_id"],
        relations.c.weight.desc(),
        postgresql_include=[f"{_other}_id", "relation_id"],
    )

evidence = Table(
    "evidence",
    metadata,
    _key("workspace_id", Integer),
    _key("relation_id"),
    _key("chunk_id"),
    Column("is_reversed", Boolean, nullable=False),
    Column("keywords", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("weight", Float(53), nullable=False),
    _of("relation_id", "relations"),
    _of("chunk_id", "chunks"),
    CheckConstraint("weight > 0", name="evidence_has_weight"),
)
Index(
    "evidence_by_chunk",
    evidence.c.workspace_id,
    evidence.c.chunk_id,
    postgresql_include=["relation_id", "weight"],
)

for _noun, _table in (("entity", "entities"), ("relation", "relations")):
    _embeddings = Table(
        f"{_noun}_embeddings",
        metadata,
        _key("workspace_id", Integer),
        Column("space_id", ForeignKey("sqlrag.embedding_spaces.space_id"), primary_key=True),
        _key(f"{_noun}_id"),
        Column("embedding", HALFVEC(), nullable=False),
        _of(f"{_noun}_id", _table),
    )
    Index(
        f"{_noun}_embeddings_by_{_noun}",
        _embeddings.c.workspace_id,
        _embeddings.c[f"{_noun}_id"],
    )

model_calls = Table(
    "model_calls",
    metadata,
    _workspace(),
    Column("call_id", BigInteger, Identity(always=True), primary_key=True),
    Column("key_sha256", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("source_key", Text),
    Column("response", Text),
    Column("error", Text),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("seconds", Float(53), nullable=False, server_default=text("0")),
    _now("created_at"),
    CheckConstraint(
        "(response IS NULL) <> (error IS NULL)", name="a_call_has_a_response_or_an_error"
    ),
)
Index(
    "model_calls_by_key",
    model_calls.c.workspace_id,
    model_calls.c.key_sha256,
    postgresql_where=text("response IS NOT NULL"),
)
Index("model_calls_by_day", model_calls.c.workspace_id, model_calls.c.created_at)

rejects = Table(
    "rejects",
    metadata,
    _key("workspace_id", Integer),
    Column("reject_id", BigInteger, Identity(always=True), primary_key=True),
    Column("chunk_id", BigInteger, nullable=False),
    Column("record", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _now("created_at"),
    _of("chunk_id", "chunks"),
)
Index("rejects_by_chunk", rejects.c.workspace_id, rejects.c.chunk_id)
