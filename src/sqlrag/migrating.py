"""Where the frozen revisions look for what runs their scripts."""

from sqlrag.database.migrating import run_script

__all__ = ["run_script"]
