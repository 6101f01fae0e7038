"""How much a key may ask for in a minute; the first answers to requests that may come again."""

from sqlrag.database.migrating import run_script

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
