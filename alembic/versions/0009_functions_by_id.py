"""Functions by id leave schema rag for schema sqlrag; rows are handed in by row types."""

from sqlrag.database.migrating import run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
