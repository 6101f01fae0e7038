"""Asks a checkout about files by its Python API: `python ask_files.py FILES QUESTIONS MODE,…`.

It imports nothing of the tests: an older checkout runs it, too. Prints for each mode and question
its answer, as JSON.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlrag import QueryParam, Rag


async def ask(files: Path, questions: list[str], modes: list[Any]) -> dict[str, list[Any]]:
    async with Rag.open(workspace="asked") as rag:
        await rag.ingest(files)
        asked = {
            mode: [asdict(await rag.query(text, QueryParam(mode))) for text in questions]
            for mode in modes
        }
        await rag.delete_workspace()
    return asked


def read_questions(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)["q"]


if __name__ == "__main__":
    _, files, questions, modes = sys.argv
    listed = list(read_questions(Path(questions)))
    asked = asyncio.run(ask(Path(files), listed, modes.split(",")))
    print(json.dumps(asked, ensure_ascii=False, default=str))
