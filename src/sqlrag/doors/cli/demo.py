"""The demo: from nothing to cited answers."""

from dataclasses import replace

from sqlrag.domain.retrieval import QueryParam
from sqlrag.doors.cli.ask import print_answer
from sqlrag.doors.cli.documents import exit_code, ingest_with_progress, print_results
from sqlrag.doors.cli.group import Settings, command, open_rag
from sqlrag.doors.cli.output import say
from sqlrag.rag.files import find_files, read_source


@command(in_json=False, in_workspace=False)
async def demo(settings: Settings) -> int:
    """Ingest a small sample folder into workspace "demo" and ask it three questions."""
    from sqlrag.demo import QUESTIONS, samples_folder

    folder = samples_folder()
    sources = [
        replace(read_source(file, settings.max_file_bytes), source_key=f"samples/{file.path.name}")
        for file in find_files([folder])
    ]
    async with open_rag(settings.model_copy(update={"workspace": "demo"})) as rag:
        results = await ingest_with_progress(rag, sources)
        print_results(results)
        say()
        for question in QUESTIONS:
            say(question.question, style="bold")
            await print_answer(rag, question.question, QueryParam(stream=True))
            say()
    say('Ask your own:  sqlrag ask -w demo "..."')
    say("Your files:    sqlrag ingest PATH")
    say("In SQL:        sqlrag psql -c \"SELECT rank, title FROM rag.search('demo', 'lamp')\"")
    return exit_code(results)
