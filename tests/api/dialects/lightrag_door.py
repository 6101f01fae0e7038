"""A server with a worker, asked as clients of LightRAG ask it."""

from dataclasses import dataclass
from typing import Any

import httpx

_FROM = {"source_id": "c"}
GRAPH: dict[str, Any] = {
    "chunks": [
        {"content": "Ada Quist keeps the light of Grey Harbour.", **_FROM, "file_path": "light.txt"}
    ],
    "entities": [
        {"entity_name": name, "entity_type": kind, "description": f"It is {name}.", **_FROM}
        for name, kind in (("Ada Quist", "person"), ("Grey Harbour", "place"), ("Łódź", "place"))
    ],
    "relationships": [
        {
            "src_id": "Ada Quist",
            "tgt_id": "Grey Harbour",
            "keywords": "keeper",
            "weight": 2.0,
            "description": "She keeps its light.",
            **_FROM,
        }
    ],
}


@dataclass(frozen=True)
class Door:
    """LightRAG's address of a workspace, and that of ours."""

    url: str
    ours: str

    def ask(self, address: str, body: Any = None, **more: Any) -> httpx.Response:
        verb, _, path = address.partition(" ")
        return httpx.request(verb, f"{self.url}{path}", json=body, timeout=60, **more)

    def get(self, address: str, body: Any = None, **more: Any) -> Any:
        answer = self.ask(address, body, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def list(self, **asked: Any) -> Any:
        return self.get("POST /documents/paginated", asked)

    def insert(self, name: str, text: str) -> Any:
        """The track of a text, once it was read."""
        made = self.get("POST /documents/text", {"text": text, "file_source": name})
        return self.wait_for(made["track_id"])

    def wait_for(self, track: str) -> Any:
        """What it has become when all of it is over, which is when its events end."""
        httpx.get(f"{self.ours}/events", params={"track_id": track}, timeout=60)
        return self.get(f"GET /documents/track_status/{track}")
