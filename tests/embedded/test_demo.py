"""The first command that most people run, as root and as another user of the machine at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sqlrag
from tests.embedded.users import ODD, PATIENCE, as_root, identity, open_to_all


def start_demo(home: Path, uid: int | None) -> subprocess.Popen[str]:
    home.mkdir(parents=True)
    os.chown(home, uid or 0, uid or 0)
    source = str(Path(sqlrag.__file__).parents[1])
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    places = {"SQLRAG_HOME": str(home / "data"), "HOME": str(home), "TMPDIR": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", "sqlrag", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**kept, **places, "PYTHONPATH": source, "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
        cwd=home,
        **identity(uid),
    )


@pytest.mark.heavy
@as_root
def test_the_demo_runs_for_two_users_at_once_in_homes_of_any_name(
    tmp_path: Path, second_user: int
) -> None:
    homes = open_to_all(tmp_path)
    homes = homes / ("x" * 150)
    demos = [
        start_demo(homes / f"{ODD} {name}", uid) for name, uid in (("a", None), ("b", second_user))
    ]
    for demo in demos:
        said, complaint = demo.communicate(timeout=PATIENCE)
        assert demo.returncode == 0, complaint
        assert "Electricity and heating 41,700 crowns" in said
        assert "井壁用不锈钢管做成" in said
        assert "Traceback" not in complaint
