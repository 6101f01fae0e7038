"""HTTP: each handler has the name of its operation, most are derived from it."""

import sys
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litestar import Litestar

# Seconds for which a thread that computes (an embedding, a quote) keeps the interpreter when the
# event loop wants it, a fifth of the usual: 64 clients were served 4 % more, and the slowest
# hundredth of /health/live came in 0.14 s instead of 0.16.
_SWITCH = 0.001


def application() -> "Litestar":
    """For servers: `granian --interface asgi --factory sqlrag.doors.http:application`."""
    from sqlrag.app import Rag
    from sqlrag.doors.http.application import create_app
    from sqlrag.logs import configure_logs
    from sqlrag.settings import Settings

    sys.setswitchinterval(_SWITCH)
    settings = Settings()
    configure_logs(settings.log_format, settings.log_level)
    open_rag = partial(Rag.open, settings=settings, upkeep_in_background=True)
    bounds = settings.max_file_bytes, settings.server, settings.background_bytes
    return create_app(open_rag, settings.workspace, *bounds)
