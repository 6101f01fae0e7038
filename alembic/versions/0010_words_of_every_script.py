"""Terms of every script, of identifiers and of titles; those of what is stored are counted anew."""

from sqlrag.database.migrating import run_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
