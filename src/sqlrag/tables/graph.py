"""Entities, relations and what documents say of them."""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from sqlrag.tables.columns import CASCADE, belongs_to, edit_columns, key, metadata, workspace_key

entities = Table(
    "entities",
    metadata,
    workspace_key(),
    Column("entity_id", BigInteger, Identity(always=False), primary_key=True),
    Column("name", Text),
    Column("type", Text),
    Column("description", Text),
    *edit_columns(),
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
    workspace_key(),
    Column("name_key", Text(collation="C"), primary_key=True),
    Column("document_id", BigInteger, primary_key=True, server_default=text("0")),
    Column("entity_id", BigInteger),
    *edit_columns(),
    belongs_to("entity_id", "entities"),
    CheckConstraint(
        "(edited_by IS NULL) = (edited_at IS NULL)", name="an_alias_s_edit_says_whose_it_is"
    ),
    CheckConstraint(
        "edited_by IS NOT NULL OR entity_id IS NOT NULL", name="only_an_edit_leads_a_name_nowhere"
    ),
)
Index("entity_aliases_by_entity", entity_aliases.c.workspace_id, entity_aliases.c.entity_id)
Index(
    "entity_aliases_of_one_document",
    entity_aliases.c.workspace_id,
    entity_aliases.c.document_id,
    postgresql_where=text("document_id <> 0"),
)

mentions = Table(
    "mentions",
    metadata,
    key("workspace_id", Integer),
    key("entity_id"),
    key("chunk_id"),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("is_subject", Boolean, nullable=False),
    belongs_to("entity_id", "entities"),
    belongs_to("chunk_id", "chunks"),
)
Index(
    "mentions_by_chunk",
    mentions.c.workspace_id,
    mentions.c.chunk_id,
    postgresql_include=["entity_id", "is_subject"],
)
Index(
    "mentions_of_subjects",
    mentions.c.workspace_id,
    mentions.c.entity_id,
    mentions.c.chunk_id,
    postgresql_where=text("is_subject"),
)

relations = Table(
    "relations",
    metadata,
    key("workspace_id", Integer),
    Column("relation_id", BigInteger, Identity(always=False), primary_key=True),
    Column("source_id", BigInteger, nullable=False),
    Column("target_id", BigInteger, nullable=False),
    Column("weight", Float(53), nullable=False, server_default=text("0")),
    Column("keywords", Text),
    Column("description", Text),
    *edit_columns(),
    Column("edited_weight", Float(53)),
    Column("is_reversed", Boolean),
    *(
        ForeignKeyConstraint(
            ["workspace_id", end],
            ["sqlrag.entities.workspace_id", "sqlrag.entities.entity_id"],
            ondelete=CASCADE,
        )
        for end in ("source_id", "target_id")
    ),
    UniqueConstraint("workspace_id", "source_id", "target_id", name="one_relation_per_pair"),
    CheckConstraint("source_id < target_id", name="a_pair_has_one_order"),
    CheckConstraint(
        "(edited_by IS NULL) = (edited_at IS NULL)", name="a_relation_s_edit_says_whose_it_is"
    ),
    CheckConstraint(
        "edited_by IS NOT NULL OR (keywords, description, edited_weight, is_reversed) IS NULL",
        name="only_an_edit_sets_a_relation",
    ),
    CheckConstraint(
        "edited_weight > 0 AND edited_weight < 'Infinity'", name="edited_weight_is_a_weight"
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
    Index(
        f"edited_relations_by_{_end}",
        relations.c.workspace_id,
        relations.c[f"{_end}_id"],
        postgresql_where=text("edited_by IS NOT NULL"),
    )

evidence = Table(
    "evidence",
    metadata,
    key("workspace_id", Integer),
    key("relation_id"),
    key("chunk_id"),
    Column("is_reversed", Boolean, nullable=False),
    Column("keywords", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("weight", Float(53), nullable=False),
    belongs_to("relation_id", "relations"),
    belongs_to("chunk_id", "chunks"),
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
        key("workspace_id", Integer),
        Column("space_id", ForeignKey("sqlrag.embedding_spaces.space_id"), primary_key=True),
        key(f"{_noun}_id"),
        Column("embedding", HALFVEC(), nullable=False),
        belongs_to(f"{_noun}_id", _table),
    )
    Index(
        f"{_noun}_embeddings_by_{_noun}",
        _embeddings.c.workspace_id,
        _embeddings.c[f"{_noun}_id"],
    )
