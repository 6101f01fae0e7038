"""The command line: one file per noun, `sqlrag COMMAND --help` for each."""

from sqlrag.cli import graph_costs, graph_edits, graph_export, graph_import
from sqlrag.cli.asking import ask, search
from sqlrag.cli.demo import demo
from sqlrag.cli.doctor import doctor
from sqlrag.cli.documents import delete, documents, ingest
from sqlrag.cli.evaluating import evaluate
from sqlrag.cli.extraction import extraction, summarize
from sqlrag.cli.graph import graph
from sqlrag.cli.group import main
from sqlrag.cli.serving import embed, migrate, psql, serve, status

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
