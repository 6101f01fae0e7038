"""The HTTP commands of docs/graph.md run as they stand and answer as it says."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.api.serving import shorten

GUIDE = (Path(__file__).parents[2] / "docs" / "graph.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```\n", GUIDE, re.M | re.S)
(EXAMPLE,) = re.findall(r"^```json\n(.*?)^```$", GUIDE, re.M | re.S)
END = "=== the end of a block ==="


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("graph-guide")


@pytest.fixture(scope="module")
def outputs(server, folder) -> list[str]:
    """What each block prints; a status of 400 or more fails the run.

    The other guide works in the default workspace, so this one goes to its own.
    """
    if not (shutil.which("curl") and shutil.which("bash")):
        pytest.skip("curl or bash is not installed")
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    script = "set -e\n" + "".join(f"{block}\necho '{END}'\n" for block in BLOCKS)
    script = script.replace("/v1/", "/v1/workspaces/graph-guide/")
    done = subprocess.run(
        ["bash", "-c", script.replace("http://127.0.0.1:8000", server)],
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(END)[:-1]


def test_neighbours_answer_as_the_guide_says(outputs):
    assert json.loads(outputs[1]) == json.loads(EXAMPLE)


def test_commands_find_what_the_guide_says(outputs, folder):
    text = "".join(outputs)
    assert "He keeps a diary." in text
    assert '"edited_by":"Pia"' in text
    assert (folder / "graph.graphml").read_text(encoding="utf-8").endswith("</graphml>\n")
    entities = (folder / "entities.csv").read_text(encoding="utf-8")
    assert "Ada/阿达" in entities
    data = json.loads(outputs[-1])
    assert data["mode"] == "mix"
    assert data["chunks"][0]["source_key"] == "diary"


def test_every_route_of_the_graph_is_in_the_guide(server):
    paths = httpx.get(f"{server}/docs/openapi.json").json()["paths"]
    shown = GUIDE + GUIDE.replace("post ", "/v1/graph/").replace("patch ", "/v1/graph/")
    for path in map(shorten, paths):
        if path.startswith(("/v1/graph", "/v1/query/data", "/v1/documents/custom")):
            assert path in shown
