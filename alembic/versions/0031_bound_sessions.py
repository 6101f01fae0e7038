"""A server is shown the rows of the workspace that its session is bound to."""

from sqlrag.database.migrating import run_script

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
