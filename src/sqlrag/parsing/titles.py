"""Titles of documents that do not name themselves."""

from pathlib import PurePath


def title_of_file(file_name: str) -> str:
    """`reports/2023_Q3 sales.pdf` becomes `2023 Q3 sales`."""
    return " ".join(PurePath(file_name.replace("\\", "/")).stem.replace("_", " ").split())
