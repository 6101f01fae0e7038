"""How long a newcomer waits for the first query."""

import resource
import time
from pathlib import Path

from sqlrag.database.embedded.cluster import Cluster
from sqlrag.database.embedded.place import Place


def test_a_fresh_home_takes_two_seconds_of_a_processor_at_most(tmp_path: Path) -> None:
    cluster = Cluster(Place.of(tmp_path))
    cluster.place.make_sockets_folder()
    before, begin = children_seconds(), time.monotonic()
    cluster.start()
    seconds = time.monotonic() - begin
    cluster.stop()  # only who has ended is counted
    cluster.place.sockets.rmdir()
    spent = children_seconds() - before
    print(f"initdb, start and the first query: {seconds:.2f} s, {spent:.2f} s of a processor")
    assert spent < 2


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
