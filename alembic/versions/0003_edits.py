"""Edits of the graph by people: their history, what was deleted by hand, weights and directions."""

from sqlrag.migrating import run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
