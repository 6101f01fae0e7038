"""A workspace has settings of retrieval beside those of extraction."""

from sqlrag.database.migrating import run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
