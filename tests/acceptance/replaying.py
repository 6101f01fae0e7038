"""Extractors that give what was extracted elsewhere."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

from sqlrag.domain.errors import ModelError
from sqlrag.domain.graph import ChunkExtraction, ChunkText, DocumentText, ExtractionOptions
from sqlrag.domain.models import ChatRequest, Completion
from sqlrag.offline import extract_document
from sqlrag.rag.datasets import Dataset


class ReplayedChat:
    """A chat model that answers with the records of a file, by the passage that is shown to it."""

    model = "replayed"

    def __init__(self, dataset: Dataset, records: Path) -> None:
        texts = {str(row["id"]): row["text"].strip() for row in dataset.passages}
        lines = records.read_text().splitlines()
        self._replies = {
            texts[record["id"]]: self._reply(record) for record in map(json.loads, lines)
        }

    @staticmethod
    def _reply(record: dict[str, list[object]]) -> str:
        relations = [
            dict(zip(("source", "keywords", "target"), triple, strict=True))
            for triple in record["triples"]
            if isinstance(triple, list) and len(triple) == 3
        ]
        entities = [{"name": name, "type": "concept"} for name in record["entities"]]
        return json.dumps({"entities": entities, "relations": relations})

    async def complete_many(self, requests: Sequence[ChatRequest]) -> list[Completion | ModelError]:
        return [Completion(self._answer(request)) for request in requests]

    def _answer(self, request: ChatRequest) -> str:
        if len(request.messages) > 2:  # gleaning: there is no more
            return '{"entities": [], "relations": []}'
        shown = request.messages[-1].content
        found = (reply for text, reply in self._replies.items() if text and text in shown)
        return next(found, '{"entities": [], "relations": []}')


class ShuffledExtractor:
    """Gives each passage what the offline extractor finds in another: names lead nowhere."""

    model = "shuffled"
    reads_whole_documents = True

    def __init__(self, dataset: Dataset) -> None:
        texts = [row["text"] for row in dataset.passages]
        others = dict(
            zip(texts, random.Random(1).sample(dataset.passages, len(texts)), strict=True)
        )
        self._others = {
            text: DocumentText(row.get("title", ""), "english", (ChunkText(row["text"]),))
            for text, row in others.items()
        }

    async def extract(
        self, document: DocumentText, options: ExtractionOptions
    ) -> list[ChunkExtraction]:
        return extract_document(self._others[document.chunks[0].content], options)
