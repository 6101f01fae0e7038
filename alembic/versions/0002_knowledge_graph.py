"""Entities, relations, what is said of them, their embeddings, and the ledger of model calls."""

from sqlrag.migrating import run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
