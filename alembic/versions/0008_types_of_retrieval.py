"""Types that retrieval works with, and items as json instead of jsonb: both take less to make."""

from sqlrag.migrating import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
