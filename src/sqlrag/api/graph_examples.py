"""What responses about the graph look like, for the OpenAPI document."""

from typing import Any

VIAWEB: dict[str, Any] = {
    "name": "Viaweb",
    "type": "organization",
    "description": "Viaweb made shops for the web.",
    "aliases": ["Viaweb Inc."],
    "chunk_count": 7,
    "relation_count": 3,
    "edited_by": None,
}
_QUOTE = "Paul Graham founded Viaweb with Robert Morris in 1995."
_STEP = {
    "step": 1,
    "source": "Paul Graham",
    "target": "Viaweb",
    "keywords": "founder",
    "quote": _QUOTE,
    "document": "essays/worked.html",
    "page": None,
    "weight": 3.0,
}
_COST = {
    "purpose": "extract",
    "model": "gpt-4o-mini",
    "calls": 61,
    "errors": 1,
    "prompt_tokens": 90210,
    "completion_tokens": 31200,
    "seconds": 214.5,
}
JSON_LINES = (
    '{"kind": "entity", "entity_id": 12, "name": "Viaweb", "type": "organization", "description": '
    '"Viaweb made shops for the web.", "aliases": ["Viaweb Inc."], "chunk_count": 7, '
    '"edited_by": null}\n'
)

GRAPH_RESPONSES: dict[str, Any] = {
    "entity": VIAWEB,
    "search_entities": {
        "items": [
            {"name": "Paul Graham", "type": "person", "similarity": 0.63, "chunk_count": 41},
        ]
    },
    "popular_entities": {
        "items": [
            {"name": "Paul Graham", "type": "person", "chunk_count": 41, "relation_count": 17},
        ]
    },
    "neighbours": {
        "items": [
            {
                "name": "Paul Graham",
                "type": "person",
                "keywords": "founder",
                "description": _QUOTE,
                "weight": 3.0,
                "direction": "in",
            }
        ]
    },
    "where_said": {
        "items": [
            {
                "document": "essays/worked.html",
                "title": "What I Worked On",
                "page": None,
                "quote": _QUOTE,
                "chunk_id": 204,
                "char_start": 9120,
            }
        ]
    },
    "find_path": {"steps": [_STEP]},
    "subgraph": {
        "nodes": [
            {"id": 12, "name": "Viaweb", "type": "organization", "chunk_count": 7, "depth": 0},
            {"id": 9, "name": "Paul Graham", "type": "person", "chunk_count": 41, "depth": 1},
        ],
        "edges": [{"source": 9, "target": 12, "weight": 3.0, "keywords": "founder"}],
    },
    "duplicates": {
        "items": [
            {"a": "Robert Moris", "b": "Robert Morris", "type": "person", "similarity": 0.8},
        ]
    },
    "orphans": {"items": []},
    "cost_by_day": {"items": [{"day": "2025-03-03", **_COST}]},
    "cost_by_document": {"items": [{"source_key": "essays/worked.html", **_COST}]},
    "export": JSON_LINES,
}
