from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as read_version


def version() -> str:
    """Of this sqlrag; 0 for a checkout that is not installed."""
    try:
        return read_version("sqlrag-postgres")
    except PackageNotFoundError:
        return "0"
