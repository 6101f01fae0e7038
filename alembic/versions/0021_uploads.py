"""Files that clients of OpenAI hand in before they are documents."""

from sqlrag.database.migrating import run_script

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
