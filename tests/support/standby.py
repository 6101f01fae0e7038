"""A standby that streams from an embedded server, and answers what reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlrag.database.embedded.cluster import Cluster
from sqlrag.database.embedded.place import Place


@contextmanager
def primary_and_standby(folder: Path) -> Iterator[tuple[str, str]]:
    """The URLs of two servers, of which the second follows the first."""
    primary, standby = (Cluster(Place.of(folder / name)) for name in ("primary", "standby"))
    for cluster in (primary, standby):
        cluster.place.home.mkdir()
        cluster.place.make_sockets_folder()
    primary.start()
    try:
        place = standby.place
        place.data.mkdir(mode=0o700)
        place.give(place.data)
        standby.open_way(place.data)
        source = primary.place.url("postgres")
        primary.run("pg_basebackup", "-d", source, "-D", place.data, "-R", "-c", "fast")
        standby.start()
        try:
            yield primary.place.url("sqlrag"), standby.place.url("sqlrag")
        finally:
            standby.stop()
    finally:
        primary.stop()
        for cluster in (primary, standby):
            cluster.place.sockets.rmdir()
