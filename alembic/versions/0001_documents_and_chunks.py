"""Workspaces, documents, chunks, their terms and embeddings."""

from sqlrag.migrating import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
