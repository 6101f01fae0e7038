"""The answers of models, kept while nothing changes, and the count of edits to the graph."""

from sqlrag.migrating import run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
