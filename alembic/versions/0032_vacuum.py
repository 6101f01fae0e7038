"""Large tables are vacuumed when a twentieth of their rows is dead."""

from sqlrag.database.migrating import run_script

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(__file__, "up")


def downgrade() -> None:
    run_script(__file__, "down")
