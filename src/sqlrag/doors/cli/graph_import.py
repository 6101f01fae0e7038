"""A graph that somebody has already, from a file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlrag.domain.errors import BadInput
from sqlrag.doors.cli.documents import print_results
from sqlrag.doors.cli.group import json_option, open_rag, runs, workspace_option
from sqlrag.doors.cli.output import print_json, working

if TYPE_CHECKING:
    from sqlrag.settings import Settings

EXAMPLES = """\b
Examples:
  sqlrag graph import engines.json
  sqlrag graph import engines.json --key engines   all chunks as one document of this key
  jq .custom_kg dump.json | sqlrag graph import -

\b
The file holds one object, in the shape of LightRAG's insert_custom_kg:
  {"chunks": [{"content": "…", "source_id": "c1", "file_path": "letters"}],
   "entities": [{"entity_name": "Ada", "entity_type": "person", "source_id": "c1"}],
   "relationships": [{"src_id": "Ada", "tgt_id": "Babbage", "source_id": "c1"}]}
"""


@click.command("import", epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@click.option("--key", help="Make all chunks one document of this key; of their file_path else.")
@json_option
@workspace_option
@runs
async def import_graph(settings: "Settings", file: Path, key: str | None, as_json: bool) -> int:
    """Import chunks, entities and relationships from JSON.

    Each file_path becomes a document, whose graph is the one given; importing it again replaces
    it. Exits with 1 when a document failed; the others are stored.
    """
    graph = _read(file)
    async with open_rag(settings, say_models=not as_json) as rag:
        with working("Importing…"):
            results = await rag.insert_custom_kg(graph, key)
    if as_json:
        print_json(results)
    else:
        print_results(results)
    return 1 if any(result.outcome == "failed" for result in results) else 0


def _read(path: Path) -> dict[str, Any]:
    name = "standard input" if str(path) == "-" else str(path)
    try:
        with click.open_file(str(path), encoding="utf-8") as file:
            value = json.load(file)
    except OSError as error:
        raise BadInput(
            f"{name} cannot be read ({error.strerror}); name a file of JSON, or - for standard "
            "input."
        ) from error
    except ValueError as error:
        raise BadInput(f"{name} is not JSON ({error}); correct it.") from error
    if not isinstance(value, dict):
        raise BadInput(
            f"{name} holds no JSON object; it needs one with chunks, entities and relationships."
        )
    return value
