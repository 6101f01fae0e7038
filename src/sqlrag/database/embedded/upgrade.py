"""Carries a data folder of an older PostgreSQL over, where the programs of that one are found."""

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlrag.database.embedded.cluster import Cluster

_FOLDERS = (
    "/usr/lib/postgresql/{}/bin",
    "/usr/pgsql-{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/local/opt/postgresql@{}/bin",
)


def carry_over(cluster: "Cluster", old: int, new: int) -> None:
    """By pg_upgrade, copying; the older folder stays beside it. Raises DatabaseError."""
    place = cluster.place
    programs = _find_programs(old)
    if not programs:
        raise cluster.refusal(
            f"it was written by PostgreSQL {old}, this sqlrag has {new}: any command carries it "
            f"over with the programs of {old} on the PATH, as in "
            f"PATH={_FOLDERS[0].format(old)}:$PATH sqlrag status"
        )
    cluster.open_way(programs / "postgres")
    # Recovers what a killed server left, and says how it was made.
    cluster.run(str(programs / "postgres"), "--single", "-D", place.data, "template1")
    control = cluster.run(str(programs / "pg_controldata"), "-D", place.data)
    has_checksums = "page checksum version:           0" not in control
    folder = cluster.initialize(*([] if has_checksums else ["--no-data-checksums"]))
    folders = ("-b", programs, "-B", place.programs, "-d", place.data, "-D", folder)
    cluster.run("pg_upgrade", *folders, "-U", "postgres", "-s", place.sockets)
    place.data.rename(place.home / f"postgres-{old}")
    folder.rename(place.data)


def _find_programs(version: int) -> Path | None:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for folder in [*folders, *(Path(one.format(version)) for one in _FOLDERS)]:
        command = [str(folder / "postgres"), "--version"]
        try:
            told = subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        except (OSError, subprocess.SubprocessError):
            continue
        if told.stdout.split()[2].startswith(b"%d" % version):
            return folder
    return None
