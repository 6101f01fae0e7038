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
_EDITED = {**VIAWEB, "edited_by": "Ada"}
_RELATION = {
    "source": "Paul Graham",
    "target": "Viaweb",
    "keywords": "founder",
    "description": "Paul Graham founded Viaweb.",
    "weight": 3.0,
    "chunk_count": 2,
    "edited_by": "Ada",
}
_ADDED = {
    "source_key": "essays/viaweb.txt",
    "outcome": "added",
    "document_id": 18,
    "chunk_count": 1,
    "embedded_count": 1,
    "error": None,
    "error_kind": None,
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
            {
                "a": "Robert Moris",
                "b": "Robert Morris",
                "type": "person",
                "similarity": 0.8,
                "by": "name",
            },
        ]
    },
    "orphans": {"items": []},
    "cost_by_day": {"items": [{"day": "2025-03-03", **_COST}]},
    "cost_by_document": {"items": [{"source_key": "essays/worked.html", **_COST}]},
    "export": JSON_LINES,
    "create_entity": {**_EDITED, "aliases": [], "chunk_count": 0, "relation_count": 0},
    "edit_entity": _EDITED,
    "rename_entity": {**_EDITED, "name": "Yahoo Store", "aliases": ["Viaweb", "Viaweb Inc."]},
    "merge_entities": {**_EDITED, "aliases": ["Viaweb Inc.", "ViaWeb"]},
    "split_entity": {**_EDITED, "name": "Mercury (planet)", "type": "location", "aliases": []},
    "delete_entity": {"name": "Viaweb", "type": "organization", "mentions": 7, "relations": 3},
    "create_relation": {**_RELATION, "chunk_count": 0},
    "edit_relation": _RELATION,
    "delete_relation": {"source": "Paul Graham", "target": "Viaweb", "evidence": 2},
    "insert_custom_kg": {"results": [_ADDED]},
    "insert_custom_chunks": {"results": [{**_ADDED, "source_key": "lamp", "chunk_count": 2}]},
    "list_edits": {
        "items": [
            {
                "edit_id": 5,
                "edited_at": "2025-03-03T09:30:00.120000Z",
                "edited_by": "Ada",
                "action": "edit_entity",
                "subject": "Viaweb",
                "before": VIAWEB,
                "after": _EDITED,
            }
        ],
        "next": None,
    },
}

GRAPH_REQUESTS: dict[str, Any] = {
    "insert_custom_kg": {
        "chunks": [
            {"content": _QUOTE, "source_id": "c1", "file_path": "essays/viaweb.txt"},
        ],
        "entities": [
            {"entity_name": "Viaweb", "entity_type": "organization", "source_id": "c1"},
        ],
        "relationships": [
            {
                "src_id": "Paul Graham",
                "tgt_id": "Viaweb",
                "keywords": "founder",
                "description": _QUOTE,
                "weight": 3.0,
                "source_id": "c1",
            }
        ],
    },
    "insert_custom_chunks": {
        "full_text": "The lamp was lit. It burned for years.",
        "text_chunks": ["The lamp was lit.", "It burned for years."],
        "doc_id": "lamp",
    },
    "create_entity": {
        "name": "Viaweb",
        "type": "organization",
        "description": "Viaweb made shops for the web.",
    },
    "edit_entity": {"name": "Viaweb", "new_description": "Viaweb made shops for the web."},
    "rename_entity": {"name": "Viaweb", "new_name": "Yahoo Store"},
    "merge_entities": {"names": ["Viaweb Inc.", "ViaWeb"], "into": "Viaweb"},
    "split_entity": {
        "name": "Mercury",
        "new_name": "Mercury (planet)",
        "documents": ["astronomy/planets.html"],
    },
    "create_relation": {
        "source": "Paul Graham",
        "target": "Viaweb",
        "keywords": "founder",
        "description": "Paul Graham founded Viaweb.",
        "weight": 3.0,
    },
    "edit_relation": {"source": "Paul Graham", "target": "Viaweb", "new_keywords": "founder"},
}
