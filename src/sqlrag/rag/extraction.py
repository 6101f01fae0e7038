"""From chunks to the entities and relations that are to be stored with them."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field, replace

from sqlrag.domain.choices import read_options
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.models import ChatModel, Extractor
from sqlrag.domain.workspaces import Workspace
from sqlrag.offline import NoExtractor
from sqlrag.rag.drafts import Draft
from sqlrag.rag.ledger import Ledger
from sqlrag.rag.progress import Report
from sqlrag.repositories.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Extraction:
    """Extracts the graph of documents. With a chat model, every call goes through the ledger.

    `options` are those of workspaces that choose none of their own.
    """

    storage: Postgres
    extractor: Extractor
    chat: ChatModel | None = None
    make_extractor: Callable[[ChatModel], Extractor] | None = None
    options: ExtractionOptions = field(default_factory=ExtractionOptions)

    def options_of(self, workspace: Workspace) -> ExtractionOptions:
        """Raises BadInput for settings that were written by hand and cannot be used."""
        return read_options(workspace, self.options)

    def describe(self, workspace: Workspace) -> str:
        """What extracts there, as chunks and recipes remember it: another is extracted by anew.

        The model, and where the options it reads are not the usual ones, eight digits of their
        hash. Without a chat model those are the caps.
        """
        usual, options = ExtractionOptions(), self.options_of(workspace)
        if self.chat is None:
            caps = options.max_entities, options.max_relations
            options = replace(usual, max_entities=caps[0], max_relations=caps[1])
        if options == usual or isinstance(self.extractor, NoExtractor):
            return self.extractor.model
        digest = hashlib.sha256(repr(astuple(options)).encode()).hexdigest()
        return f"{self.extractor.model} {digest[:8]}"

    async def extract(
        self, workspace: Workspace, source_key: str, draft: Draft, report: Report
    ) -> None:
        """Give a draft what its document adds to the graph.

        Only chunks that are not extracted yet are read, unless one depends on all.
        """
        if isinstance(self.extractor, NoExtractor):
            return
        places: Sequence[int] = draft.unread
        if self.extractor.reads_whole_documents:
            places = range(len(draft.chunks))
        stored = draft.state.extracted_hashes if draft.state else ()
        if not draft.unread and len(stored) == len(draft.chunks):
            return
        report("extract", more=len(places))
        extractor, ledger = self.extractor, None
        if self.chat and self.make_extractor:
            ledger = Ledger(self.storage.model_calls, self.chat, workspace, source_key)
            extractor = self.make_extractor(ledger)
        options = self.options_of(workspace)
        found = await extractor.extract(draft.read(places), options)
        if ledger:
            await ledger.flush()
            if ledger.refusal:  # what has been paid for is kept, so that it goes on from there
                raise ledger.refusal
        draft.take(places, found, self.describe(workspace))
        report("extract", done=len(places))
