"""Conversations: questions that follow one another, with what they were answered by."""

from sqlrag.database.migrating import run_script

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
