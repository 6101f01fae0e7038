"""Traces of a document: text in many scripts, everything that leaves some, and all rows read."""

import json
import unicodedata
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from sqlrag.app import Rag
from sqlrag.domain.access import Access
from sqlrag.domain.documents import Source
from sqlrag.domain.jobs import NewJob
from sqlrag.domain.retrieval import Message, QueryParam
from sqlrag.rag.file_datasets import FileDataset
from sqlrag.rag.jobs import document_key
from sqlrag.settings import Settings
from tests.stub_openai import Messages, StubOpenAI
from tests.support.extraction import entity, relation, reply
from tests.support.jobs import do_jobs

KEY, BROKEN = "people/zyxqorblat_file.md", "broken/zyxqorblat.json"
TEXT = """# Habsquerals and others

Zyxqorblat Venn lives in Grey Harbour, and sells quibberlings to the lighthouse.
Her friend is Ада Зюкорблатова, смотрительница маяка. 张犇骉 works there, too: 犇骉有船。
Zürnhövel said: "Grey Harbour is no place for a Fnordwick."

| name | wage |
| --- | --- |
| Murgledorf | 77,531 |
"""
OTHERS = {
    "harbour": "Grey Harbour has a lighthouse. Ada Quist kept its lamp, and Dora Maar painted it.",
    "ru": "Анна Ахматова жила в Ленинграде. Ленинград стоит на Неве.",
    "zh": "灯塔很高。张三管理灯塔。他住在上海。",
    "war": "Ada Quist left Grey Harbour in the war. The lamp was lit by Dora Maar.",
}
NAMES = (
    *("Zyxqorblat Venn", "Grey Harbour", "Ада Зюкорблатова", "张犇骉", "Murgledorf"),
    *("Ada Quist", "Dora Maar", "Анна Ахматова", "Ленинград", "张三", "灯塔", "Zürnhövel"),
)
# In the forms in which they are looked for: beginnings, in small letters.
TITLE, AUTHOR, FIELD, TAG = "Quillonberg dossier", "Vexmoorian", "trundlefield", "pluvotag"
FORMS = (
    *("zyxqorbl", "habsquer", "quibberl", "зюкорбл", "犇", "骉", "zürnhöv", "zurnhov", "fnordw"),
    *("murgled", "77,531", "quillonb", "vexmoor", "trundlef", "pluvot"),
)
QUESTION = "Where does Zyxqorblat Venn live?"


def answer(messages: Messages) -> str:
    """As a model would: what it is shown is in what it writes."""
    rules, asked = messages[0]["content"], messages[-1]["content"]
    shown = messages[1]["content"] if len(messages) > 1 else ""
    if "You read one passage" in rules:
        if len(messages) > 2:
            return reply()
        found = [name for name in NAMES if name in shown]
        pairs = pairwise(found)
        described = [entity(one, "person", f"{one}. " + shown[-1500:]) for one in found]
        broken: list[Any] = [{"name": "", "type": "x", "description": shown}]
        return reply([*described, *broken], [relation(a, b) for a, b in pairs])
    if "search engine" in rules:
        return json.dumps({"question": asked, "names": [one for one in NAMES if one in asked]})
    if "choose the passages" in rules:
        return json.dumps({"steps": [shown[:300]], "numbers": [1]})
    return f"It is said: {rules[-1500:]} {shown[-1500:]} [1]"


def settings_for(stub: StubOpenAI) -> Settings:
    given: dict[str, Any] = {
        "openai_base_url": stub.base_url,
        "model_retries": 0,
        "summary_tokens": 100,
        "audit": "all",
    }
    return Settings(_env_file=None, **given)


async def live(rag: Rag, url: str, settings: Settings, folder: Path) -> None:
    """Do everything in a workspace that leaves traces of a document."""
    await ingest(rag)
    await ask(rag)
    await converse(rag)
    await work(rag, url, settings)
    await edit(rag)
    await evaluate(rag, folder)
    await make_keys(rag)
    await keep_replies(rag)


async def ingest(rag: Rag) -> None:
    described = {"author": AUTHOR, "of": {FIELD: ["Oskelvane"]}}
    older = TEXT.replace("Murgledorf", "Murgledorfer").encode()
    readers = "alice", "team of Zyxqorblat"
    secret = Source(KEY, older, KEY, title=TITLE, metadata=described, tags=(TAG,), read=readers)
    await rag.ingest(secret)
    for key, text in OTHERS.items():
        await rag.insert(text, key)
    await rag.ingest(replace(secret, data=TEXT.encode()))
    await rag.add_upload("zyxqorblat.md", b"A file that is named so.")
    await rag.add_upload("file.md", TEXT.encode())
    await rag.add_upload("well.md", b"The quiet well is deep.")


async def make_keys(rag: Rag) -> None:
    made = await rag.create_key("reader", "the intranet", ["team-a", "alice"])
    await rag.rotate_key(made.prefix)
    await rag.create_key("reader", "of a person", ["alice"])


async def keep_replies(rag: Rag) -> None:
    """Answers that wait to be given again: of the workspace, of none, and one in work."""
    for text in (QUESTION, 'He said: "Murgledorf" is gone.', "The well is deep."):
        for of, workspace in (("here", rag.workspace), ("nowhere", None)):
            claim, told = uuid4(), json.dumps({"answer": text}, ensure_ascii=False)
            known = sha256(f"{rag.workspace} {of} {text}".encode()).digest()
            await rag.storage.execute("claim_reply", known, workspace, claim, 600)
            kept = sha256(told.encode()).digest(), 200, {"content-type": "application/json"}, told
            await rag.storage.execute("keep_reply", known, claim, workspace, *kept, 600)
    known = sha256(f"{rag.workspace} in work".encode()).digest()
    await rag.storage.execute("claim_reply", known, rag.workspace, uuid4(), 600)


async def ask(rag: Rag) -> None:
    for mode in ("auto", "naive", "mix", "local", "global", "multihop", "bypass"):
        for question in (QUESTION, "Who kept the lamp?", "Who sells quibberlings?"):
            await rag.query(question, QueryParam(mode=mode))
    assert (await rag.query(QUESTION)).cached
    await rag.query(QUESTION, QueryParam(select=True))
    told = (Message("user", QUESTION), Message("assistant", TEXT))
    await rag.query("And who else?", QueryParam(conversation_history=told))
    await rag.search("犇骉的船在哪里?")
    async with aclosing(rag.stream("Кто такая Ада Зюкорблатова?")) as steps:
        async for step in steps:
            if isinstance(step, str):
                break
    alice = replace(rag, access=Access("reader", principals=("alice",), prefix="aaaaaaaaaa"))
    await alice.query("What does Dora Maar paint?")
    await alice.enqueue_question("What did Dora Maar paint?")
    named = "https://idp.example.org/#alice"  # by a token, which stands for nobody else
    alice = replace(rag, access=Access("reader", principals=(), prefix=named))
    await alice.query("What does Dora Maar draw?")
    await alice.enqueue_question("What did Dora Maar draw?")


async def converse(rag: Rag) -> None:
    """In conversations: one that tells of the document by itself, and one of a person."""
    title, told = "On Zyxqorblat", {FIELD: "Quibberlings"}
    made = await rag.create_conversation(title, told)
    param = QueryParam(conversation_id=made.conversation_id, user_prompt="Mind the quibberlings.")
    for question in (QUESTION, "Who kept the lamp?", "And who sells quibberlings?"):
        await rag.query(question, param)
    alice = replace(rag, access=Access("reader", principals=("alice",), prefix="aaaaaaaaaa"))
    made = await alice.create_conversation()
    param = QueryParam(conversation_id=made.conversation_id, mode="bypass")
    await alice.query("Who painted the lamp?", param)
    await alice.enqueue_question("What of Murgledorf?", param)


async def work(rag: Rag, url: str, settings: Settings) -> None:
    """Jobs that are done, that fail and that wait."""
    broken = Source(BROKEN, b'{"Zyxqorblat": "Murgledorf', "zyxqorblat.json")
    await rag.enqueue_question(QUESTION)
    await rag.enqueue_question("Who kept the lamp?")
    await rag.enqueue_documents(broken, Source.of_text("The quiet well is deep.", "well"))
    await do_jobs(url, settings)


async def enqueue_for_later(rag: Rag) -> None:
    said = {"source_key": KEY, "file_name": KEY, "title": TITLE}
    waits = NewJob("ingest", document_key(KEY), delay=timedelta(days=1), arguments=said)
    await rag.enqueue(replace(waits, input=TEXT.encode()))


async def edit(rag: Rag) -> None:
    graph = rag.graph
    await graph.edit_entity("Grey Harbour", new_type="harbour", editor="alice")
    await graph.rename_entity("Murgledorf", "Murgledorf the Elder", editor="Ada")
    await graph.create_entity("Keeper", "role", "Whoever keeps the lamp.", editor="Ada")
    await graph.create_relation("Keeper", "Ada Quist", "is", editor="Ada")
    await graph.delete_relation("Zyxqorblat Venn", "Grey Harbour")
    await graph.delete_entity("Zürnhövel")
    await graph.delete_entity("Анна Ахматова")


async def evaluate(rag: Rag, folder: Path) -> None:
    folder.mkdir()
    (folder / "zyxqorblat.md").write_text(TEXT)
    (folder / "lamp.txt").write_text(OTHERS["harbour"])
    questions = [
        {"q": QUESTION, "file": "zyxqorblat.md", "any": ["lives in Grey Harbour"]},
        {"q": "Who kept the lamp?", "file": "lamp.txt", "any": ["Ada Quist kept its lamp"]},
    ]
    lines = "\n".join(map(json.dumps, questions))
    (folder / "questions.jsonl").write_text(lines)
    await rag.evaluate(FileDataset.read(folder), save=True)


Rows = dict[tuple[str, int | None, str], str]


async def read_all(connection: asyncpg.Connection) -> Rows:
    """Every row of every table, its bytes as text, by the table, the workspace and the place."""
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'sqlrag'::regnamespace"
        " AND relkind IN ('r', 'p') ORDER BY relname"
    )
    assert len(tables) > 25
    found: Rows = {}
    for (table,) in tables:
        for row in await connection.fetch(f"SELECT ctid::text, t.* FROM sqlrag.{table} AS t"):
            values = [
                one.decode("utf-8", "replace") + one.hex() if isinstance(one, bytes) else str(one)
                for one in list(row.values())[1:]
            ]
            found[table, row.get("workspace_id"), row[0]] = " | ".join(values)
    return found


def grep(rows: Rows, workspace: int, forms: Iterable[str] = FORMS) -> list[str]:
    told = []
    for (table, its, _), text in rows.items():
        folded = unicodedata.normalize("NFKC", text).casefold()
        if its in (workspace, None):
            told += [f"{table}: {form} in {text[:300]}" for form in forms if form in folded]
    return told


def only(rows: Rows, workspace: int) -> Rows:
    return {key: text for key, text in rows.items() if key[1] == workspace}
