"""Saved evaluations, and an index of the chunks that are about an entity."""

from sqlrag.migrating import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
