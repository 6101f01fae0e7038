"""Documents and replies for tests of extraction."""

import json
from collections.abc import Sequence

from sqlrag.domain.errors import ModelError
from sqlrag.domain.graph import ChunkExtraction, ChunkText, DocumentText, ExtractionOptions
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.offline.extractor import extract_document
from sqlrag.prompts.chunk_graph import ChunkGraph
from sqlrag.prompts.replies import read_reply


def make_document(*texts: str, title: str = "", language: str = "english") -> DocumentText:
    return DocumentText(title, language, tuple(ChunkText(text) for text in texts))


def extract(*texts: str, title: str = "", language: str = "english") -> list[ChunkExtraction]:
    return extract_document(make_document(*texts, title=title, language=language), OPTIONS)


def names(*texts: str, title: str = "", language: str = "english") -> set[str]:
    found = extract(*texts, title=title, language=language)
    return {entity.name for one in found for entity in one.entities}


def gather(reply: str, options: ExtractionOptions | None = None) -> ChunkExtraction:
    graph = ChunkGraph(options or OPTIONS)
    graph.add(read_reply(reply).records)
    return graph.extraction


def reply(entities: Sequence[object] = (), relations: Sequence[object] = ()) -> str:
    return json.dumps({"entities": list(entities), "relations": list(relations)})


def entity(name: str, kind: str = "person", description: str = "") -> dict[str, str]:
    return {"name": name, "type": kind, "description": description}


def relation(source: str, target: str, weight: object = 1.0, **more: str) -> dict[str, object]:
    fields = {"keywords": "knows", "description": "They know each other.", **more}
    return {"source": source, "target": target, "weight": weight, **fields}


class ScriptedChat:
    """Answers request after request from a list; keeps what it was asked, round by round."""

    model = "scripted"

    def __init__(self, *answers: str | ModelError) -> None:
        self.answers = list(answers)
        self.rounds: list[list[ChatRequest]] = []

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        self.rounds.append(list(requests))
        given = [self.answers.pop(0) for _ in requests]
        return [Completion(one) if isinstance(one, str) else one for one in given]


OPTIONS = ExtractionOptions()
ONCE = ExtractionOptions(gleaning_rounds=0)
