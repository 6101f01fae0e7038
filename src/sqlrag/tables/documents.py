"""Documents, chunks and what is searched of them."""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from sqlrag.tables.columns import CASCADE, made_at, metadata, workspace_key

documents = Table(
    "documents",
    metadata,
    workspace_key(),
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
    made_at("created_at"),
    made_at("updated_at"),
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
        ondelete=CASCADE,
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
        ondelete=CASCADE,
    ),
)
Index("chunk_embeddings_by_chunk", chunk_embeddings.c.workspace_id, chunk_embeddings.c.chunk_id)
