"""What a change may be made on condition of: that a document, or settings, are as somebody saw
them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Any, TypeAlias

import msgspec

from sqlrag.domain.choices import ExtractionSettings, RetrievalSettings
from sqlrag.domain.costs import CostSettings
from sqlrag.domain.documents import Document
from sqlrag.domain.errors import Changed

Stateful: TypeAlias = Document | ExtractionSettings | RetrievalSettings | CostSettings
STATEFUL = (Document, ExtractionSettings, RetrievalSettings, CostSettings)


def read_state(found: Stateful) -> str:
    """Another one for every write of a document, and for other settings; the same wherever it is
    read, and whatever has been spent meanwhile."""
    if isinstance(found, Document):
        return _digest([found.document_id, found.updated_at.astimezone(UTC).isoformat()])
    return _digest([found.options, found.changed])


@dataclass(frozen=True, slots=True)
class Expected:
    """The states of which one is to be found; without any, whatever is."""

    states: Collection[str] | None = None

    def check(self, found: Stateful) -> None:
        """Raises Changed."""
        if self.states is not None and read_state(found) not in self.states:
            raise changed()


def changed() -> Changed:
    return Changed(
        "It is no longer as it was when its ETag was read, so nothing was done; read it again, and "
        "send what is to be changed of it with the new one as If-Match."
    )


def _digest(parts: Any) -> str:
    return sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:16]
