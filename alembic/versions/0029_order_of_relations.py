"""Relations of one weight are read in one order, the oldest first."""

from sqlrag.database.migrating import run_script

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
