"""The guide of the graph runs as it stands: commands, Python, SQL."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from sqlrag.database.embedded import psql_command
from tests.cli.conftest import sqlrag
from tests.cli.running import Cli
from tests.docs.test_guides import blocks, folder, run

__all__ = ["folder", "sqlrag"]
GUIDE = "docs/graph.md"


def test_the_commands_of_the_graph_guide_run(sqlrag: Cli) -> None:
    """In this process: twenty others would take longer to start than all of it takes."""
    (script,) = blocks(GUIDE, "sh")
    lines = script.splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("sqlrag "))
    subprocess.run(["sh", "-e", "-c", "\n".join(lines[:first])], cwd=sqlrag.folder, check=True)
    commands = [shlex.split(line, comments=True) for line in lines[first:] if line]
    printed = {" ".join(words): sqlrag.inside(*words[1:]).out for words in commands}
    (path,) = blocks(GUIDE, "text")
    assert printed["sqlrag graph path Robert Morris Tim Koogle"] == path
    assert re.search(r"rename entity +Tim Koogle", printed["sqlrag graph history"])
    assert '{"kind": "entity"' in printed[" ".join(commands[-1])]
    ElementTree.parse(sqlrag.folder / "viaweb.graphml")
    relations = (sqlrag.folder / "tables" / "relations.csv").read_text(encoding="utf-8")
    assert "Timothy Koogle,Viaweb,buyer" in relations


def test_the_python_and_the_sql_of_the_graph_guide_run(folder: Path, url: str) -> None:
    (script,) = blocks(GUIDE, "python")
    printed = run([sys.executable, "-c", script], folder, url)
    assert "2 Charles Babbage → Analytical Engine | designer | engines" in printed
    assert 'perhaps "Ada Lovelace" is meant.' in printed
    assert printed.endswith("merge_entities\n")
    names = {one.text for one in ElementTree.parse(folder / "engines.graphml").iter()}
    assert "Analytical Engine" in names

    command, environment = psql_command(url, ["-X", "-v", "ON_ERROR_STOP=1", "-f", "-"])
    (queries,) = blocks(GUIDE, "sql")
    done = subprocess.run(
        command,
        input=queries,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Babbage designed the Analytical Engine." in done.stdout
    assert "edit_entity" in done.stdout
