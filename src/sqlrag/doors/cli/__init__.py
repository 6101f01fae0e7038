"""The command line: one file per noun, `sqlrag COMMAND --help` for each."""

from sqlrag.doors.cli import graph_costs, graph_edits, graph_export, graph_import
from sqlrag.doors.cli.asking import ask, search
from sqlrag.doors.cli.demo import demo
from sqlrag.doors.cli.doctor import doctor
from sqlrag.doors.cli.documents import delete, documents, ingest
from sqlrag.doors.cli.evaluating import evaluate
from sqlrag.doors.cli.extraction import extraction, summarize
from sqlrag.doors.cli.graph import graph
from sqlrag.doors.cli.group import main
from sqlrag.doors.cli.serving import embed, migrate, psql, serve, status

for command in (
    ingest,
    ask,
    search,
    documents,
    delete,
    extraction,
    summarize,
    graph,
    status,
    doctor,
    migrate,
    serve,
    psql,
    embed,
    evaluate,
    demo,
):
    main.add_command(command)

for command in (
    graph_costs.costs,
    graph_export.export,
    graph_import.import_graph,
    graph_edits.create,
    graph_edits.edit,
    graph_edits.rename,
    graph_edits.merge,
    graph_edits.split,
    graph_edits.delete,
    graph_edits.relate,
    graph_edits.unrelate,
    graph_edits.history,
):
    graph.add_command(command)

__all__ = ["main"]
