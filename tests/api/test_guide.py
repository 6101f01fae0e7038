"""The commands of docs/http-api.md run as they stand and answer as it says."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.api.serving import shorten

GUIDE = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text(encoding="utf-8")
# Commands, and the JSON right after them, if there is some.
BLOCKS = re.findall(r"^```bash\n(.*?)^```\n(?:\n```json\n(.*?)^```\n)?", GUIDE, re.M | re.S)
PROBLEM = re.findall(r"^```json\n(.*?)^```$", GUIDE, re.M | re.S)[-1]
END = "=== the end of a block ==="


@pytest.fixture(scope="module")
def outputs(server, tmp_path_factory) -> list[str]:
    """What each command block prints; a status of 400 or more fails the run."""
    if not (shutil.which("curl") and shutil.which("bash")):
        pytest.skip("curl or bash is not installed")
    folder = tmp_path_factory.mktemp("guide")
    (folder / ".curlrc").write_text("fail-with-body\nshow-error\n")
    script = "set -e\n" + "".join(f"{code}\necho '{END}'\n" for code, _ in BLOCKS)
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


def shape(value: object) -> object:
    """The keys of nested objects; of a list, those of its first element."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_commands_answer_in_the_shape_the_guide_shows(outputs):
    pairs = zip(outputs, (shown for _, shown in BLOCKS), strict=True)
    shown = [(json.loads(output), json.loads(text)) for output, text in pairs if text]
    assert len(shown) == 2
    for answer, example in shown:
        assert shape(answer) == shape(example)


def test_commands_find_what_the_guide_says(outputs):
    text = "".join(outputs)
    assert "“Everybody has thirty days of vacation a year.” [1]" in text
    filtered = next(output for output in outputs if '"chunks"' in output and "arms" in output)
    assert "menu/friday" in filtered
    assert "menu/monday" not in filtered
    stream = next(output for output in outputs if "event: context" in output)
    assert (
        stream.index("event: context") < stream.index("event: token") < stream.index("event: done")
    )
    deleted = next(output for output in outputs if '"deleted"' in output)
    assert {"menu/friday", "menu/monday"} == set(re.findall(r"menu/\w+", deleted))


def test_the_problem_in_the_guide_is_a_real_one(server):
    shown = json.loads(PROBLEM)
    said = {"X-Request-ID": shown["request_id"]}
    asked = {"question": "x", "mode": "nive"}
    assert httpx.post(f"{server}/v1/query", json=asked, headers=said).json() == shown


def is_for_clients(item):
    return any("clients" in operation["tags"] for operation in item.values())


def test_every_route_is_in_the_guide(server):
    """Those of the graph, of jobs, and for clients of other APIs are in guides of their own."""
    paths = httpx.get(f"{server}/docs/openapi.json").json()["paths"]
    for path in (shorten(one) for one, item in paths.items() if not is_for_clients(item)):
        graph = ("/v1/graph", "/v1/query/data")
        apart = (*graph, "/v1/conversations/", "/v1/jobs", "/v1/tracks", "/v1/events")
        if path.startswith((*apart, "/v1/documents/custom")):
            continue
        assert (
            path.replace("{document_id}", "$ID")
            .replace("{job_id}", "$JOB")
            .replace("{track_id}", "$TRACK")
            .replace("{page}", "1")
            in GUIDE
        )
