"""The command line: one file per noun, `sqlrag COMMAND --help` for each."""

from sqlrag.doors.cli.group import main

main.table = {
    "ingest": ("documents", "Ingest files, folders, globs, or - for standard input."),
    "ask": ("ask", "Answer a question from the documents, with citations."),
    "search": ("ask", "Find chunks, entities and relations, and say why."),
    "conversation": ("conversations", "Questions that follow one another: list, show, export."),
    "documents": ("documents", "List the documents of the workspace."),
    "share": ("documents", "Change who may read a document."),
    "delete": ("documents", "Delete documents, with everything made of them."),
    "erase": ("erase", "Erase documents, words or a principal with every trace."),
    "content": ("originals", "Write the bytes of a document as they were handed in."),
    "reparse": ("originals", "Read documents anew that an older sqlrag read."),
    "extraction": ("extraction", "Show or change how entities are extracted."),
    "retrieval": ("retrieval", "Show or change how the workspace retrieves."),
    "budget": ("budget", "What the workspace may spend on models."),
    "summarize": ("extraction", "Summarise what has too long a description."),
    "workspace": ("workspaces", "Workspaces: list, create, show, delete."),
    "space": ("space", "Which model embeds the workspace; switch to another."),
    "graph": ("graph", "The knowledge graph: look at it, edit it, export it."),
    "status": ("server", "Tell which database and models are used."),
    "doctor": ("server", "Examine the database, and say what to do."),
    "migrate": ("server", "Bring the database to the newest schema."),
    "key": ("keys", "Keys for the HTTP API: create, list, revoke, rotate."),
    "audit": ("audit", "Who asked and changed what."),
    "serve": ("server", "Serve the HTTP API, with documentation at /docs."),
    "mcp": ("mcp", "Tools for models: a server of the Model Context Protocol."),
    "watch": ("watch", "Keep a folder and the workspace in step."),
    "watch-table": ("watch_table", "Make documents of the rows of a table, and keep them so."),
    "unwatch-table": ("watch_table", "Stop watching a table."),
    "schedule": ("schedules", "Jobs by the clock: list, add, remove."),
    "worker": ("worker", "Do jobs in the background: on any number of hosts."),
    "jobs": ("jobs", "Look at jobs, cancel them, try them again."),
    "psql": ("server", "Open psql on the same database."),
    "embed": ("server", "Print the vector of a text for psql."),
    "eval": ("evaluate", "Measure retrieval on questions with known answers."),
    "demo": ("demo", "Ingest sample documents, and ask about them."),
}

__all__ = ["main"]
