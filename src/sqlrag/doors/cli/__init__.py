"""The command line: one file per noun, `sqlrag COMMAND --help` for each."""

from sqlrag.doors.cli.ask import ask, search
from sqlrag.doors.cli.demo import demo
from sqlrag.doors.cli.documents import delete, documents, ingest
from sqlrag.doors.cli.evaluate import evaluate
from sqlrag.doors.cli.extraction import extraction, summarize
from sqlrag.doors.cli.graph import graph
from sqlrag.doors.cli.group import main
from sqlrag.doors.cli.server import doctor, embed, migrate, psql, serve, status

_ASKING = (ingest, ask, search, documents, delete)
_GRAPH = (extraction, summarize, graph)
_RUNNING = (status, doctor, migrate, serve, psql, embed, evaluate, demo)
for command in (*_ASKING, *_GRAPH, *_RUNNING):
    main.add_command(command)

__all__ = ["main"]
