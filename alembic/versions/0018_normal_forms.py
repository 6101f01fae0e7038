"""One form of what is written in several; terms of what is stored are counted anew."""

from sqlrag.database.migrating import run_script

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
