"""A client of the HTTP API, with types: `Client`, and `AsyncClient` to be awaited.

    with Client("http://127.0.0.1:8000", key="sqlrag_…") as client:
        print(client.query("When was the lamp lit?").answer)

Methods have the names of the operations, give the same things as those of `Rag`, and raise the same
errors, of sqlrag.domain.errors.
"""

from sqlrag.client.answers import Answered, Done, Ingested, Retrieved
from sqlrag.client.asynchronous import AsyncClient
from sqlrag.client.calls import Unreachable
from sqlrag.client.synchronous import Client

__all__ = ["Answered", "AsyncClient", "Client", "Done", "Ingested", "Retrieved", "Unreachable"]
