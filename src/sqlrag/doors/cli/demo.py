"""The demo, from nothing to cited answers: papers of an invented island, and three questions."""

from dataclasses import replace
from pathlib import Path

from sqlrag.domain.retrieval import QueryParam
from sqlrag.doors.cli.ask import print_answer
from sqlrag.doors.cli.documents import exit_code, ingest_with_progress, print_results
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import say
from sqlrag.rag.files import find_files, read_source

SAMPLES = Path(__file__).with_name("samples")
QUESTIONS = {  # and the sample that answers each
    "How much did electricity and heating cost in 2022?": "annual-report-2022.pdf",
    "静井项目的新验潮井有多深，井壁用什么做成？": "quiet-well.zh.txt",
    "Сколько призм заменил Павел Орленко?": "lens-restoration.ru.md",
}


@command(in_json=False, in_workspace=False)
async def demo(settings: Settings) -> int:
    """Ingest a small sample folder into workspace "demo" and ask it three questions."""
    sources = [
        replace(read_source(file, settings.max_file_bytes), source_key=f"samples/{file.path.name}")
        for file in find_files([SAMPLES])
    ]
    async with open_rag(settings.model_copy(update={"workspace": "demo"})) as rag:
        results = await ingest_with_progress(rag, sources)
        print_results(results)
        say()
        for question in QUESTIONS:
            say(question, style="bold")
            await print_answer(rag, question, QueryParam(stream=True))
            say()
    say('Ask your own:  sqlrag ask -w demo "..."')
    say("Your files:    sqlrag ingest PATH")
    say("In SQL:        sqlrag psql -c \"SELECT rank, title FROM rag.search('demo', 'lamp')\"")
    return exit_code(results)
