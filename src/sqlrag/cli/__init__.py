"""The command line: one file per noun, `sqlrag COMMAND --help` for each."""

from sqlrag.cli.asking import ask, search
from sqlrag.cli.demo import demo
from sqlrag.cli.doctor import doctor
from sqlrag.cli.documents import delete, documents, ingest
from sqlrag.cli.evaluating import evaluate
from sqlrag.cli.group import main
from sqlrag.cli.serving import embed, migrate, psql, serve, status

for command in (
    ingest,
    ask,
    search,
    documents,
    delete,
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

__all__ = ["main"]
