"""Entities made, changed, renamed and deleted by hand."""

import asyncpg
import pytest

from sqlrag.app import Rag
from tests.sql.graph.making import DOCUMENTS, entity_id, rows, write

SHOW = "SELECT name, type, description, chunk_count, edited_by FROM rag.entity('default', $1)"
ORPHANS = "SELECT * FROM rag.orphans"
EDITS = "SELECT action, subject, edited_by FROM rag.edits ORDER BY edit_id"
CHANGES = "SELECT sum(changes)::int FROM sqlrag.workspace_totals WHERE workspace_id = 1"


async def again(rag: Rag, key: str, more: str = " And so on.") -> None:
    """Ingest a changed version of a document; all that was extracted from it is written anew."""
    text, mentions, evidence = DOCUMENTS[key]
    await write(rag, key, text + more, mentions, evidence)


async def test_an_entity_is_made_by_hand_and_documents_join_it(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    made = """SELECT name, type, description, aliases, chunk_count, relation_count, edited_by
        FROM rag.create_entity('default', ' Trevor  Blackwell', 'person', 'A founder.', 'me')"""
    assert await rows(connection, made) == [
        ("Trevor Blackwell", "person", "A founder.", [], 0, 0, "me")
    ]
    assert await rows(connection, ORPHANS) == []
    mention = ("TREVOR BLACKWELL", "organization", "He is mentioned.")
    await write(filled, "trevor", "Trevor Blackwell came.", [mention], [])
    wanted = [("Trevor Blackwell", "person", "A founder.", 1, "me")]
    assert await rows(connection, SHOW, "trevor blackwell") == wanted
    await filled.delete("trevor")
    assert (await rows(connection, SHOW, "trevor blackwell"))[0][3:] == (0, "me")


async def test_without_an_editor_it_is_the_role(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    role = await connection.fetchval("SELECT current_user::text")
    await connection.execute("SELECT rag.create_entity('default', 'Ada')")
    await connection.execute("SELECT rag.create_entity('default', 'Bert', editor => NULL)")
    await connection.execute("SELECT rag.create_entity('default', 'Cora', editor => ' ')")
    assert await rows(connection, EDITS) == [
        ("create_entity", name, role) for name in ("Ada", "Bert", "Cora")
    ]


async def test_what_is_edited_stays_when_its_documents_change_and_go(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    edit = """SELECT name, type, description, edited_by
        FROM rag.edit_entity('default', 'viaweb', new_description => 'Shops.', editor => 'me')"""
    assert await rows(connection, edit) == [("Viaweb", "organization", "Shops.", "me")]
    wanted = [("Viaweb", "organization", "Shops.", 1, "me")]
    await again(filled, "essay")
    assert await rows(connection, SHOW, "viaweb") == wanted
    await again(filled, "essay", " And on.")
    assert await rows(connection, SHOW, "viaweb") == wanted
    (when,) = (await rows(connection, "SELECT max(edited_at) FROM sqlrag.entities"))[0]
    assert when is not None
    await filled.delete("essay")
    assert await rows(connection, SHOW, "viaweb") == [("Viaweb", "concept", "Shops.", 0, "me")]
    assert await rows(connection, ORPHANS) == []


async def test_null_leaves_what_is_there(filled: Rag, connection: asyncpg.Connection) -> None:
    edit = "SELECT rag.edit_entity('default', 'Viaweb', $1, $2, $3, 'me')"
    await connection.execute(edit, None, "product", None)
    await connection.execute(edit, None, None, "It made shops.")
    await connection.execute(edit, "ViaWeb", None, None)
    wanted = [("ViaWeb", "product", "It made shops.", 1, "me")]
    assert await rows(connection, SHOW, "viaweb") == wanted
    with pytest.raises(asyncpg.DataError, match='nothing to change in "ViaWeb"'):
        await connection.execute(edit, None, None, None)


async def test_the_next_document_finds_a_renamed_entity_by_its_old_name(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    renamed = "SELECT name, aliases FROM rag.rename_entity('default', 'Yahoo', 'Altaba', 'me')"
    assert await rows(connection, renamed) == [("Altaba", ["Yahoo", "Yahoo Inc."])]
    before = await entity_id(connection, "altaba")
    for key in ("essay", "news"):
        await again(filled, key)
    await write(filled, "more", "Yahoo!", [("Yahoo", "organization", "")], [])
    assert await entity_id(connection, "yahoo") == await entity_id(connection, "Altaba") == before
    assert (await rows(connection, SHOW, "yahoo"))[0][::3] == ("Altaba", 3)
    assert await rows(connection, ORPHANS) == []


async def test_a_taken_name_is_refused(filled: Rag, connection: asyncpg.Connection) -> None:
    taken = 'name "YAHOO" is taken by the entity "Yahoo"'
    for call in (
        "create_entity('default', 'YAHOO')",
        "rename_entity('default', 'Viaweb', 'YAHOO')",
        "split_entity('default', 'Viaweb', 'YAHOO', ARRAY['essay'])",
    ):
        with pytest.raises(asyncpg.UniqueViolationError, match=taken) as caught:
            await connection.execute(f"SELECT rag.{call}")
        assert "merge them instead" in str(caught.value.hint)
    assert await rows(connection, EDITS) == [], "nothing was done"
    assert await rows(connection, ORPHANS) == []


async def test_a_deleted_entity_does_not_come_back(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    gone = "SELECT * FROM rag.delete_entity('default', 'VIAWEB', 'me')"
    assert await rows(connection, gone) == [("Viaweb", "organization", 1, 3)]
    for more in ("", " And so on."):
        await again(filled, "essay", more)
        assert await rows(connection, SHOW, "Viaweb") == []
        assert (await rows(connection, SHOW, "Yahoo"))[0][3] == 2
    await write(filled, "new", "Viaweb, Ada.", [("Viaweb", "x", ""), ("Ada", "person", "")], [])
    found = """SELECT count(*) FROM sqlrag.mentions AS m WHERE m.name ILIKE '%viaweb%'"""
    assert await rows(connection, found) == [(0,)]
    nowhere = """SELECT name FROM rag.search_entities('default', 'viaweb')
        UNION ALL SELECT name_key FROM sqlrag.named_entities(1, 'who made Viaweb')
        UNION ALL SELECT a FROM rag.duplicates('default')"""
    assert await rows(connection, nowhere) == []
    assert await rows(connection, ORPHANS) == []
    who = "SELECT edited_by FROM sqlrag.entity_aliases WHERE name_key = 'viaweb'"
    assert await rows(connection, who) == [("me",)]


async def test_made_again_by_hand_a_deleted_entity_takes_up_what_documents_say(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await connection.execute("SELECT rag.delete_entity('default', 'Viaweb')")
    await connection.execute("SELECT rag.create_entity('default', 'Viaweb', 'organization')")
    assert (await rows(connection, SHOW, "Viaweb"))[0][3] == 0
    await again(filled, "essay")
    related = "SELECT relation_count FROM rag.entity('default', 'viaweb')"
    assert await rows(connection, related) == [(3,)]


async def test_a_renamed_entity_is_deleted_by_all_its_names(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    await connection.execute("SELECT rag.rename_entity('default', 'Yahoo', 'Altaba')")
    await connection.execute("SELECT rag.delete_entity('default', 'Altaba')")
    await again(filled, "news")
    names = "SELECT name FROM rag.popular_entities('default') ORDER BY 1"
    assert {"Altaba", "Yahoo", "Yahoo Inc."}.isdisjoint(
        name for (name,) in await rows(connection, names)
    )


@pytest.mark.parametrize(
    "call",
    [
        "edit_entity($1, 'Nobody', new_type => 'x')",
        "rename_entity($1, 'Nobody', 'Somebody')",
        "merge_entities($1, ARRAY['Nobody', 'Yahoo'], 'Yahoo')",
        "split_entity($1, 'Nobody', 'Somebody', ARRAY['essay'])",
        "delete_entity($1, 'Nobody')",
        "create_relation($1, 'Yahoo', 'Nobody')",
        "edit_relation($1, 'Nobody', 'Yahoo', 'x')",
        "delete_relation($1, 'Nobody', 'Yahoo')",
    ],
)
async def test_an_unknown_name_is_named(
    filled: Rag, connection: asyncpg.Connection, call: str
) -> None:
    with pytest.raises(asyncpg.NoDataFoundError, match='no entity named "Nobody"'):
        await connection.execute(f"SELECT rag.{call.replace('$1', repr('default'))}")
    with pytest.raises(asyncpg.NoDataFoundError, match='no workspace named "elsewhere"'):
        await connection.execute(f"SELECT rag.{call.replace('$1', repr('elsewhere'))}")


@pytest.mark.parametrize("name", ["", " \n", "x" * 501])
async def test_what_cannot_be_a_name_is_refused(
    filled: Rag, connection: asyncpg.Connection, name: str
) -> None:
    for call in ("create_entity('default', $1)", "rename_entity('default', 'Yahoo', $1)"):
        with pytest.raises(asyncpg.DataError, match=r"empty|500 at most"):
            await connection.fetch(f"SELECT * FROM rag.{call}", name)


async def test_the_history_tells_what_was_and_what_is(
    filled: Rag, connection: asyncpg.Connection
) -> None:
    changes = (await rows(connection, CHANGES))[0][0]
    await connection.execute(
        "SELECT rag.edit_entity('default', 'Viaweb', new_type => 'shop', editor => 'ann')"
    )
    await connection.execute("SELECT rag.rename_entity('default', 'Viaweb', 'Yahoo Store', 'bob')")
    await connection.execute("SELECT rag.delete_entity('default', 'yahoo store', 'ann')")
    ((changed,),) = await rows(connection, CHANGES)
    assert changed >= changes + 3, "each counts as a change of data"
    history = """SELECT edited_by, action, subject, before->>'type', before->>'name', after->>'name'
        FROM rag.edits WHERE workspace = 'default' ORDER BY edit_id"""
    assert await rows(connection, history) == [
        ("ann", "edit_entity", "Viaweb", "organization", "Viaweb", "Viaweb"),
        ("bob", "rename_entity", "Viaweb", "shop", "Viaweb", "Yahoo Store"),
        ("ann", "delete_entity", "Yahoo Store", "shop", "Yahoo Store", None),
    ]
    for rewriting in ("DELETE FROM sqlrag.edits", "UPDATE sqlrag.edits SET edited_by = 'me'"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="not rewritten"):
            await connection.execute(rewriting)
    await connection.execute("DELETE FROM sqlrag.workspaces")
    left = "SELECT count(*) FROM sqlrag.edits UNION ALL SELECT count(*) FROM sqlrag.entity_aliases"
    assert await rows(connection, left) == [(0,), (0,)], "it goes with its workspace"


async def test_another_workspace_is_left_alone(
    filled: Rag, url: str, connection: asyncpg.Connection
) -> None:
    async with Rag.open(url, workspace="other") as other:
        await write(other, "o", "Yahoo.", [("Yahoo", "product", "Another.")], [])
    await connection.execute("SELECT rag.delete_entity('other', 'Yahoo')")
    assert (await rows(connection, SHOW, "Yahoo"))[0][3] == 2
    await connection.execute("SELECT rag.delete_entity('default', 'Yahoo')")
    await connection.execute("SELECT rag.create_entity('other', 'Yahoo')")
    assert await rows(connection, SHOW, "Yahoo") == []
