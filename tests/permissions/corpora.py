"""Workspaces as they may be: documents for whoever, what people made of them, and who asks."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from sqlrag.app import Rag
from sqlrag.domain.documents import Source
from sqlrag.domain.errors import SqlragError
from sqlrag.domain.retrieval import MODES, QueryParam

PRINCIPALS = ("alice", "team-a", "board")
NAMES = (
    *("Ada Lovelace", "Viaweb", "Paul Graham", "Charles Babbage", "Grace Hopper", "Lisp"),
    *("Difference Corp", "Анна Ахматова", "東京電力", "Ludwig van Beethoven"),
)
PLACES = ("London", "Paris", "Lisbon", "Zürich")
PHRASES = (
    "{a} met {b} in {place} and paid 700 dollars.",
    "{a}, who founded {b}, lives in {place}.",
    "The secret merger of {a} and {b} is signed in {place}.",
    "{b} was sold to {a}. The price was 40 million dollars.",
    "Das Werk von {a} wurde in {place} gebaut, und {b} war dabei.",
    "{a} は {b} を {place} で買収した。",
    "{a} wrote to {b} about the boiler, the boiler, and {place}.",
)
QUESTIONS = (
    "Who founded {a}?",
    "What did {a} pay {b}?",
    "Where does the person live who founded {a}?",
    "secret merger price boiler",
    "{a} {b}",
    "Wo wurde das Werk von {a} gebaut?",
    "何を {a} が買収した?",
)


@dataclass(frozen=True)
class Workspace:
    """Documents by their keys, each with its readers; the edits of people; who asks, and what."""

    documents: dict[str, tuple[str, str, tuple[str, ...]]]
    moved: dict[str, tuple[str, ...]]
    edits: tuple[tuple[str, str, str], ...]
    reader: tuple[str, ...]
    questions: tuple[tuple[str, dict[str, Any] | None], ...]
    names: tuple[str, str]

    @property
    def forbidden(self) -> list[str]:
        said = {key: readers for key, (_, _, readers) in self.documents.items()} | self.moved
        return [key for key, readers in said.items() if readers and not {*readers} & {*self.reader}]

    async def fill(self, rag: Rag) -> None:
        for key, (title, text, readers) in self.documents.items():
            source = Source.of_text(text, key, title=title, tags=(key[-1],), read=readers)
            (result,) = await rag.ingest(source)
            assert result.outcome == "added", result
        for kind, one, other in self.edits:
            await edit(rag, kind, one, other)
        for document in await rag.list_documents():
            if document.source_key in self.moved:
                await rag.share_document(document.document_id, self.moved[document.source_key])


readers = st.lists(st.sampled_from(PRINCIPALS), max_size=2, unique=True).map(tuple)
names = st.sampled_from(NAMES)
sentences = st.builds(
    lambda phrase, a, b, place: phrase.format(a=a, b=b, place=place),
    *(st.sampled_from(PHRASES), names, names, st.sampled_from(PLACES)),
)
texts = st.lists(sentences, min_size=1, max_size=5).map(" ".join)
edits = st.tuples(
    st.sampled_from(["create", "merge", "rename", "describe", "relate", "split"]), names, names
)
filters = st.sampled_from(
    [None, None, {"tags": ["0", "1", "2"]}, {"source_keys": ["doc-1", "doc-3", "doc-4"]}]
)
questions = st.tuples(
    st.builds(lambda q, a, b: q.format(a=a, b=b), st.sampled_from(QUESTIONS), names, names), filters
)
workspaces = st.builds(
    lambda told, *more: Workspace({f"doc-{n}": one for n, one in enumerate(told)}, *more),
    st.lists(
        st.tuples(st.sampled_from(["", "Memo", *NAMES[:4]]), texts, readers),
        min_size=2,
        max_size=7,
    ),
    st.dictionaries(st.sampled_from(["doc-0", "doc-1", "doc-2"]), readers, max_size=1),
    st.lists(edits, max_size=2).map(tuple),
    readers,
    st.lists(questions, min_size=1, max_size=2).map(tuple),
    st.tuples(names, names),
)


async def edit(rag: Rag, kind: str, one: str, other: str) -> None:
    """What a person who may read everything does; what cannot be done is not."""
    graph = rag.graph
    try:
        if kind == "create":
            await graph.create_entity(f"Handmade {one}", "concept", f"About {other}.")
        elif kind == "merge" and one != other:
            await graph.merge_entities([one], other)
        elif kind == "rename":
            await graph.rename_entity(one, f"Renamed {one}")
        elif kind == "describe":
            await graph.edit_entity(one, new_description=f"Known to {other}.")
        elif kind == "relate":
            await graph.create_relation(one, other, "by hand", "Told by hand.", 3)
        elif kind == "split":
            await graph.split_entity(one, f"Other {one}", ["doc-1"])
    except SqlragError:
        pass


VIEWS = (
    *("documents", "chunks", "chunk_terms", "chunk_embeddings", "mentions", "evidence"),
    *("entities", "entity_aliases", "relations", "entity_embeddings", "relation_embeddings"),
    *("entity_summaries", "relation_summaries", "jobs"),
)
TOTALS = """SELECT audience_id, sum(changes), sum(documents), sum(chunks), sum(terms)
FROM sqlrag_readable.workspace_totals GROUP BY audience_id ORDER BY audience_id"""
# What the deltas of an audience say, beside what there is of it.
TOTALS_OF_ALL = """
SELECT t.audience_id, (sum(t.documents), sum(t.chunks), sum(t.terms))::text AS counted, (
    SELECT (count(DISTINCT d.document_id), count(c.chunk_id), coalesce(sum(c.term_count), 0))::text
    FROM sqlrag.documents AS d LEFT JOIN sqlrag.chunks AS c USING (workspace_id, document_id)
    WHERE d.audience_id = t.audience_id
) AS there
FROM sqlrag.workspace_totals AS t GROUP BY t.audience_id"""
FUNCTIONS = {
    "weigh_terms": ("words",),
    "lexical_search": ("words",),
    "named_entities": ("words",),
    "search_entities": ("a",),
    "duplicates": (),
    "popular_entities": (),
    "entity": ("a",),
    "neighbours": ("a",),
    "relation": ("a", "b"),
    "find_path": ("a", "b"),
    "subgraph": ("a",),
    "where_said": ("a",),
    "where_said_relation": ("a", "b"),
    "similar_entities": ("a",),
    "find_entity": ("a",),
}


async def look(rag: Rag, asked: Workspace) -> dict[str, Any]:
    """Everything that can be had, by everything that can be asked, as the reader has it."""
    reading = rag.reading_as(*asked.reader)
    told: dict[str, Any] = {
        "documents": await reading.list_documents(),
        "workspace": [(w.documents, w.chunks) for w in await reading.list_workspaces()],
    }
    for document in told["documents"]:
        told[f"chunks of {document.source_key}"] = await reading.list_chunks(document.document_id)
    for question, chosen in asked.questions:
        for mode in (mode for mode in MODES if mode != "bypass"):
            param = QueryParam(mode=mode, filters=chosen)
            told[f"{mode}: {question} {chosen}"] = await find(reading, question, param)
        answer = await reading.query(question, QueryParam(filters=chosen))
        told[f"answer: {question} {chosen}"] = answer.text, answer.references
    told |= await call_functions(reading, asked)
    return told


async def find(rag: Rag, question: str, param: QueryParam) -> Any:
    """All that is told but for the time it took."""
    found = await rag.search(question, replace(param, explain=True))
    return replace(found, seconds={})


async def call_functions(rag: Rag, asked: Workspace) -> dict[str, Any]:
    """Those of schema sqlrag_readable, with rows as Postgres writes them."""
    given = {"words": asked.questions[0][0], "a": asked.names[0], "b": asked.names[1]}
    workspace = await rag.workspaces.get(rag.workspace)
    told = {}
    database = rag.storage.database
    async with database.connection() as connection, database.transaction(connection):
        for name, parameters in FUNCTIONS.items():
            places = "".join(f", ${n}" for n in range(2, len(parameters) + 2))
            query = f"SELECT f::text FROM sqlrag_readable.{name}($1{places}) AS f"
            values = [given[parameter] for parameter in parameters]
            rows = await connection.fetch(query, workspace.id, *values)
            told[name] = [row[0] for row in rows]
        for view in VIEWS:
            query = f"SELECT v::text FROM sqlrag_readable.{view} AS v ORDER BY 1"
            told[f"all {view}"] = [row[0] for row in await connection.fetch(query)]
        told["totals"] = await connection.fetch(TOTALS)
    return told
