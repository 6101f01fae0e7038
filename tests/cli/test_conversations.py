"""Conversations on the command line."""

from pathlib import Path

from tests.cli.running import Cli


def test_a_conversation_is_begun_asked_in_and_written_down(sqlrag: Cli, tmp_path: Path) -> None:
    (tmp_path / "quist.txt").write_text("Bent Quist was the brother of Ada Quist.")
    sqlrag.inside("ingest", "quist.txt")
    assert "Begin one" in sqlrag.inside("conversation", "list").out
    number = sqlrag.inside("conversation", "create").out.strip()
    sqlrag.inside("ask", "--conversation", number, "Who was Ada Quist?")
    answer = sqlrag.inside("ask", "--conversation", number, "And her brother?", "--stream")
    assert "Bent Quist" in answer.out
    (listed,) = sqlrag.inside("conversation", "list", "--json").json
    assert (listed["title"], listed["turn_count"]) == ("Who was Ada Quist?", 2)
    shown = sqlrag.inside("conversation", "show", number, "--limit", 1)
    assert "1. Who was Ada Quist?" in shown.out
    assert "There are more: --after 1" in shown.err
    assert "2. And her brother?" in sqlrag.inside("conversation", "show", number, "--after", 1).out
    sqlrag.inside("conversation", "export", number, "-o", "talk.md")
    assert "> And her brother?" in (tmp_path / "talk.md").read_text(encoding="utf-8")
    whole = sqlrag.inside("conversation", "export", number, "--format", "json").json
    assert [one["turn"] for one in whole["turns"]] == [1, 2]
    renamed = sqlrag.inside("conversation", "rename", number, "Die Laterne", "--expires", "2d")
    assert "Die Laterne" in renamed.out
    sqlrag.inside("delete", "quist.txt", "--yes")
    assert "the document was deleted since" in sqlrag.inside("conversation", "show", number).out
    sqlrag.inside("conversation", "delete", number, "--yes")
    assert "Begin one" in sqlrag.inside("conversation", "list").out


def test_what_cannot_be_is_told(sqlrag: Cli, tmp_path: Path) -> None:
    sqlrag.inside("workspace", "create", "default")
    gone = sqlrag.inside("conversation", "show", 7, code=1)
    assert gone.sentence == 'There is no conversation 7 in workspace "default".'
    assert "no conversation 7" in sqlrag.inside("ask", "--conversation", 7, "?x", code=1).sentence
    (tmp_path / "turns.json").write_text('[{"role": "user", "content": "Who?"}]')
    number = sqlrag.inside("conversation", "create", "A title").out.strip()
    both = ("--conversation", number, "--history", "turns.json")
    assert "give one" in sqlrag.inside("ask", "And when?", *both, code=1).sentence
    assert "nothing to change" in sqlrag.inside("conversation", "rename", number, code=2).err
