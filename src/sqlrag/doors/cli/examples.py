"""What commands are called with, for the end of their --help; by what follows `sqlrag`."""

import tomllib
from importlib.resources import files

EXAMPLES: dict[str, str] = tomllib.loads(
    (files("sqlrag.doors.cli") / "examples.toml").read_text(encoding="utf-8")
)
