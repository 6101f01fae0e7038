"""What requests, responses and problems look like, for the OpenAPI document."""

from typing import Any

from sqlrag.doors.http.graph_examples import GRAPH_RESPONSES

_DOCUMENT: dict[str, Any] = {
    "document_id": 17,
    "source_key": "reports/2023-q3.pdf",
    "title": "Quarterly report, third quarter of 2023",
    "media_type": "application/pdf",
    "language": "english",
    "metadata": {"year": 2023, "quarter": 3},
    "tags": ["report"],
    "status": "ready",
    "error": None,
    "char_count": 182340,
    "chunk_count": 61,
    "token_count": 44120,
    "created_at": "2025-03-03T09:30:00.120000Z",
    "updated_at": "2025-03-03T09:30:00.120000Z",
}
_CHUNK: dict[str, Any] = {
    "chunk_id": 204,
    "document_id": 17,
    "ordinal": 3,
    "content": "Net sales rose by 12 % to 4.1 billion in the third quarter.",
    "token_count": 16,
    "char_start": 9120,
    "char_end": 9179,
    "page": 4,
    "page_end": 4,
    "headings": ["Results", "Net sales"],
}
_SCORED_CHUNK = {
    "rank": 1,
    "score": 0.97,
    **_CHUNK,
    "source_key": _DOCUMENT["source_key"],
    "title": _DOCUMENT["title"],
    "page_breaks": [],
    "metadata": _DOCUMENT["metadata"],
    "created_at": _DOCUMENT["created_at"],
    "arms": [
        {"arm": "bm25", "rank": 1, "score": 11.3},
        {"arm": "vector", "rank": 2, "score": 0.61},
    ],
    "path": [],
    "about": [],
}
_SCORED_ENTITY = {
    "rank": 1,
    "score": 0.82,
    "entity_id": 12,
    "name": "Net sales",
    "type": "concept",
    "description": "Net sales rose in the third quarter.",
    "chunk_count": 9,
    "depth": 0,
    "via_relation_id": None,
    "from_entity_id": None,
    "token_count": 19,
    "arms": [{"arm": "name", "rank": 1, "score": 1.0}],
    "path": [],
}
_SCORED_RELATION = {
    "rank": 1,
    "score": 0.41,
    "relation_id": 31,
    "source_id": 12,
    "target_id": 14,
    "source": "Net sales",
    "target": "Third quarter",
    "keywords": "growth",
    "description": "Net sales rose by 12 % in the third quarter.",
    "weight": 2.0,
    "chunk_count": 2,
    "token_count": 28,
    "arms": [{"arm": "vector", "rank": 1, "score": 0.61}],
    "path": [],
}
_REFERENCE = {
    "number": 1,
    "chunk_id": 204,
    "document_id": 17,
    "source_key": _DOCUMENT["source_key"],
    "title": _DOCUMENT["title"],
    "page": 4,
    "char_start": 9120,
    "char_end": 9179,
    "quote": _CHUNK["content"],
}
_ADDED = {
    "source_key": "handbook/vacation",
    "outcome": "added",
    "document_id": 18,
    "chunk_count": 1,
    "embedded_count": 1,
    "error": None,
    "error_kind": None,
}
_FAILED: dict[str, Any] = {
    "source_key": "scan.bin",
    "outcome": "failed",
    "document_id": None,
    "chunk_count": 0,
    "embedded_count": 0,
    "error": "scan.bin cannot be read: no parser reads binary files of the type .bin; save it as "
    "PDF, DOCX, HTML, Markdown, CSV, JSON or plain text and ingest that.",
    "error_kind": "unsupported-media-type",
}
_SECONDS = {"embed": 0.0004, "search": 0.0061, "answer": 0.0012}
_STREAM = """\
event: context
data: {"mode":"naive","chunks":[{"rank":1,"score":0.97,"chunk_id":204,"arms":[]}],"seconds":{}}

event: token
data: {"text":"Net sales were 4.1 billion [1]."}

event: done
data: {"references":[{"number":1,"chunk_id":204}],"model":"extractive","seconds":{"answer":0.001}}

"""

TEXTS = {
    "documents": [
        {
            "id": "handbook/vacation",
            "title": "Vacation",
            "text": "Everybody has thirty days of vacation a year.",
            "metadata": {"year": 2024},
            "tags": ["handbook"],
        }
    ]
}
FORM = {
    "files": ["(the bytes of reports/2023-q3.pdf)"],
    "metadata": '{"year": 2023, "quarter": 3}',
    "tags": ["report"],
}
QUESTION = {
    "question": "What were the net sales in the third quarter of 2023?",
    "mode": "naive",
    "chunk_top_k": 10,
    "filters": {"tags": ["report"], "metadata": {"year": {"$gte": 2023}}},
}

EXTRACTION_CHANGES = {"entity_types": ["person", "court", "statute"], "language": "German"}
_EXTRACTION: dict[str, Any] = {
    "options": {
        "entity_types": ["person", "court", "statute"],
        "language": "German",
        "examples": [],
        "gleaning_rounds": 1,
        "max_entities": 60,
        "max_relations": 60,
    },
    "changed": ["entity_types", "language"],
}

RESPONSES: dict[str, Any] = {
    "get_extraction": _EXTRACTION,
    "configure_extraction": _EXTRACTION,
    "ingest_documents": {"results": [_ADDED]},
    "list_documents": {"items": [_DOCUMENT], "next": 17},
    "get_document": _DOCUMENT,
    "delete_documents": {"deleted": [{"document_id": 17, "source_key": "reports/2023-q3.pdf"}]},
    "list_chunks": {"items": [_CHUNK], "next": None},
    "list_workspaces": {
        "items": [
            {
                "workspace_id": 1,
                "name": "default",
                "documents": 2,
                "chunks": 62,
                "terms": 5120,
                "model": "sqlrag-hashing",
                "dimensions": 512,
                "created_at": "2025-03-03T09:29:58.002000Z",
            }
        ]
    },
    "query": {
        "answer": "Net sales rose by 12 % to 4.1 billion [1].",
        "references": [_REFERENCE],
        "model": "extractive",
        "seconds": _SECONDS,
    },
    "query_data": {
        "mode": "mix",
        "entities": [_SCORED_ENTITY],
        "relations": [_SCORED_RELATION],
        "chunks": [_SCORED_CHUNK],
        "references": [_REFERENCE],
        "seconds": {"embed": 0.0004, "search": 0.0061},
        "reason": None,
    },
    "stream_query": _STREAM,
    **GRAPH_RESPONSES,
    "check_live": {"status": "live"},
    "check_ready": {"status": "ready"},
}
PARTIAL = {"results": [_ADDED, _FAILED]}
CONTEXT_EVENT = {
    "mode": "naive",
    "chunks": [_SCORED_CHUNK],
    "entities": [],
    "relations": [],
    "seconds": {"search": 0.0061},
}

PROBLEMS: dict[int, tuple[str, str]] = {
    400: (
        "bad-input",
        'There is no mode "nive"; use one of auto, naive, multihop, local, global, hybrid, mix, '
        "bypass.",
    ),
    404: ("not-found", 'There is no document 99 in workspace "default".'),
    409: (
        "space-mismatch",
        'The embeddings of workspace "default" were made by text-embedding-3-small with 1536 '
        "dimensions, but the embedder is sqlrag-hashing with 512; configure that model again, use "
        "another workspace, or delete the documents of this one and ingest them anew.",
    ),
    413: (
        "document-too-large",
        "The request is too large: its body may have 104,923,136 bytes; send fewer documents at "
        "once, split the document, or raise SQLRAG_MAX_FILE_BYTES.",
    ),
    415: ("unsupported-media-type", _FAILED["error"]),
    422: (
        "unreadable-document",
        "notes.txt is empty: it holds no text to search; check that it was saved and uploaded in "
        "full.",
    ),
    502: (
        "model-error",
        "The chat call to api.openai.com (model gpt-4o-mini) failed: no reply within 60 s, tried "
        "5 times; check the endpoint, or raise SQLRAG_MODEL_TIMEOUT.",
    ),
    503: (
        "database-error",
        "Postgres at db.example.org/rag cannot be reached (Connection refused); check that it "
        "runs and that DATABASE_URL names it.",
    ),
}
