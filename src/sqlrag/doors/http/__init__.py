"""HTTP: each handler has the name of its operation, most are derived from it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litestar import Litestar


def application() -> "Litestar":
    """For servers: `granian --interface asgi --factory sqlrag.doors.http:application`."""
    from sqlrag.doors.http.application import application

    return application()
