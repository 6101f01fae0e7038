"""The graph on the command line: looked at, exported, edited."""

import asyncio
import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sqlrag.app import Rag
from sqlrag.doors.cli.output import out
from sqlrag.settings import Settings
from tests.cli.running import Cli
from tests.conftest import HASHING, make_database
from tests.sql.graph.making import DOCUMENTS, write


def fill(url: str) -> None:
    async def run() -> None:
        async with Rag.open(url, settings=Settings(_env_file=None, **HASHING)) as rag:
            for key, (text, mentions, evidence) in DOCUMENTS.items():
                await write(rag, key, text, mentions, evidence)

    asyncio.run(run())


@pytest.fixture(scope="module")
def atlas(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The small graph of the SQL tests, that tests here only read."""
    url = make_database(server_url, template)
    fill(url)
    return Cli(tmp_path_factory.mktemp("atlas"), {"DATABASE_URL": url})


@pytest.fixture
def drafts(sqlrag: Cli) -> Cli:
    """The same, for a test that edits."""
    fill(sqlrag.settings["DATABASE_URL"])
    return sqlrag


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_an_entity_is_shown_with_all_its_names(atlas: Cli) -> None:
    shown = atlas.inside("graph", "show", "YAHOO")
    assert shown.out == (
        "Yahoo  organization  2 chunks, 2 relations\n"
        "also Yahoo Inc.\n\n"
        "Yahoo is a portal, and a large one.\nYahoo bought Viaweb.\n"
    )
    assert shown.err == ""
    assert atlas.inside("graph", "show", "张三", "--json").json["type"] == "person"


def test_entities_are_searched_and_ranked(atlas: Cli) -> None:
    head, first, *_ = rows(atlas.inside("graph", "search", "pual graham").out)
    assert head == ["name", "type", "chunks", "likeness"]
    assert first[:4] == ["Paul", "Graham", "person", "1"]
    assert rows(atlas.inside("graph", "popular", "--limit", 1).out) == [
        ["name", "type", "chunks", "relations"],
        ["Yahoo", "organization", "2", "2"],
    ]
    nothing = atlas.inside("graph", "search", "zzzz").out
    assert nothing == 'No entity of workspace "default" has a name like that.\n'


def test_neighbours_have_a_direction(atlas: Cli) -> None:
    lines = atlas.inside("graph", "neighbours", "viaweb").out.splitlines()
    assert lines[1].split() == ["3.00", "←", "Paul", "Graham", "person", "founder"]
    assert atlas.inside("graph", "neighbours", "张三").out.splitlines()[1].split() == [
        "1.00",
        "→",
        "灯塔",
        "location",
        "管理",
    ]


def test_a_path_is_told_in_quotes(atlas: Cli) -> None:
    told = atlas.inside("graph", "path", "Paul Graham", "Tim Koogle").out
    assert told.splitlines()[:3] == [
        "1  Paul Graham → Viaweb  founder",
        "    Paul Graham founded Viaweb.",
        "    essay",
    ]
    assert "3  Yahoo → Tim Koogle  chief" in told
    short = atlas.inside("graph", "path", "Paul Graham", "Tim Koogle", "--max-hops", 2).out
    assert short == (
        'No way of at most 2 steps leads from "Paul Graham" to "Tim Koogle"; '
        "allow more with --max-hops.\n"
    )


def test_what_is_said_is_quoted_with_its_place(atlas: Cli) -> None:
    said = atlas.inside("graph", "said", "Tim Koogle").out
    assert said == ("News (character 0 of news)\n    Yahoo Inc. named Tim Koogle its chief.\n")
    both = atlas.inside("graph", "said", "Yahoo", "Viaweb", "--json").json
    assert both[0]["quote"] == "Yahoo bought Viaweb in the summer of 1998, for stock."
    nothing = atlas.inside("graph", "said", "Yahoo", "张三").out
    assert nothing == 'No document speaks of "Yahoo" and "张三" together.\n'


def test_what_is_not_there_is_said_in_a_sentence(atlas: Cli) -> None:
    for command, sentence in (
        ("duplicates", 'No likely duplicates in workspace "default".'),
        ("orphans", "No orphans: documents or people speak of every entity and relation."),
        ("costs", 'No model was called for workspace "default".'),
        ("history", 'No edits in workspace "default".'),
    ):
        assert atlas.inside("graph", command).out == sentence + "\n"
        assert atlas.inside("graph", command, "--json").json == []
    empty = atlas.inside("graph", "popular", "-w", "nope").out
    assert empty == 'No entities in workspace "nope". Documents bring them: sqlrag ingest PATH\n'


def test_an_unknown_entity_is_guessed(atlas: Cli) -> None:
    for arguments in (("show",), ("neighbours",), ("said",), ("path", "Yahoo")):
        done = atlas.inside("graph", *arguments, "Pual Graham", code=1)
        assert done.sentence.endswith('workspace "default"; perhaps "Paul Graham" is meant.')
    nowhere = atlas.inside("graph", "show", "x", "-w", "nope", code=1)
    assert nowhere.sentence.startswith('There is no workspace "nope"; ingest a document')


def test_tables_fold_on_a_narrow_terminal(atlas: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out(), "width", 40)
    lines = atlas.inside("graph", "neighbours", "Yahoo").out.splitlines()
    assert max(map(len, lines)) <= 40
    assert len(lines) > 3


def test_the_graph_is_exported_to_standard_output(atlas: Cli) -> None:
    done = atlas("graph", "export")
    assert done.err == ""
    root = ElementTree.fromstring(done.out.encode())
    assert {"Paul Graham", "张三"} <= {one.text for one in root.iter()}
    lines = atlas.inside("graph", "export", "--format", "jsonl", "--kind", "relations").out
    assert {json.loads(line)["kind"] for line in lines.splitlines()} == {"relation"}


def test_tables_are_exported_to_a_folder(atlas: Cli, tmp_path: Path) -> None:
    done = atlas.inside("graph", "export", "--format", "csv", "-o", tmp_path / "tables")
    assert done.err == f"Exported to {tmp_path / 'tables'}\n"
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == [
        "entities.csv",
        "relations.csv",
    ]
    with (tmp_path / "tables" / "relations.csv").open(newline="", encoding="utf-8") as file:
        pairs = {(row["source"], row["target"]) for row in csv.DictReader(file)}
    assert ("Paul Graham", "Viaweb") in pairs


def test_an_export_that_fails_leaves_no_file(atlas: Cli, tmp_path: Path) -> None:
    target = tmp_path / "graph.graphml"
    atlas.inside("graph", "export", "-w", "nope", "-o", target, code=1)
    assert list(tmp_path.iterdir()) == []
    folder = atlas.inside("graph", "export", "-o", tmp_path, code=1)
    assert folder.sentence.startswith(f"{tmp_path} cannot be written (")
    assert list(tmp_path.parent.glob(f".{tmp_path.name}*")) == []
    assert "name a folder with -o" in atlas.inside("graph", "export", "--format", "csv", code=2).err


def test_entities_are_edited_with_a_history(drafts: Cli) -> None:
    made = drafts.inside("graph", "create", "AC/DC", "--type", "band", "--editor", "Ada")
    assert made.out == "AC/DC  band  0 chunks, 0 relations, edited by Ada\n"
    edited = drafts.inside("graph", "edit", "ac/dc", "--description", "A band.", "--json").json
    assert (edited["type"], edited["description"]) == ("band", "A band.")
    assert drafts.inside("graph", "rename", "AC/DC", "闪电").out.startswith("闪电  band")
    merged = drafts.inside("graph", "merge", "闪电", "Viaweb", "--into", "Viaweb").out
    assert merged.startswith("Viaweb  band  1 chunk, 3 relations, edited by ")
    split = drafts.inside("graph", "split", "Yahoo", "Yahoo (news)", "--document", "news")
    assert split.out.startswith("Yahoo (news)  organization  1 chunk")
    gone = drafts.inside("graph", "delete", "Tim Koogle", "--yes").out
    assert gone == 'Deleted "Tim Koogle" with 1 mention and 1 relation.\n'
    history = drafts.inside("graph", "history").out.splitlines()
    assert [line.split()[4:6] for line in history[1:]] == [
        [action, "entity" if action != "merge" else "entities"]
        for action in ("delete", "split", "merge", "rename", "edit", "create")
    ]
    page = drafts.inside("graph", "history", "--limit", 1)
    assert page.err.startswith("There may be more: --before ")
    assert (
        drafts.inside("graph", "history", "AC/DC", "--limit", 1, "--json").json[0]["subject"]
        == "AC/DC"
    )


def test_entities_are_related_and_unrelated(drafts: Cli) -> None:
    pair = "Paul Graham", "灯塔"
    made = drafts.inside("graph", "relate", *pair, "--keywords", "visits", "--weight", 2)
    assert made.out == "Paul Graham → 灯塔  visits  weight 2, 0 chunks\n"
    again = drafts.inside("graph", "relate", *pair, code=1)
    assert again.sentence.startswith("There is already a relation")
    changed = drafts.inside("graph", "relate", *pair, "--edit", "--description", "Often.")
    assert changed.out.endswith("weight 2, 0 chunks\nOften.\n")
    assert drafts.inside("graph", "unrelate", *pair, "--yes").out == (
        'Deleted "Paul Graham → 灯塔".\n'
    )
    assert "no relation" in drafts.inside("graph", "unrelate", *pair, "--yes", code=1).sentence


def test_edits_that_cannot_be_are_refused(atlas: Cli) -> None:
    assert "repeat the command with --yes" in atlas.inside("graph", "delete", "Yahoo", code=2).err
    assert "nothing to change" in atlas.inside("graph", "edit", "Yahoo", code=2).err
    taken = atlas.inside("graph", "rename", "Yahoo", "Viaweb", code=1)
    assert taken.sentence.startswith('The name "Viaweb" is taken')
    unknown = atlas.inside("graph", "delete", "Nobody", "--yes", code=1)
    assert 'no entity named "Nobody"' in unknown.sentence


GIVEN = {
    "chunks": [{"content": "Ada wrote to Charles.", "source_id": "c1", "file_path": "letters"}],
    "entities": [{"entity_name": "Ada", "entity_type": "person", "source_id": "c1"}],
    "relationships": [{"src_id": "Ada", "tgt_id": "Charles", "source_id": "c1"}],
}


def test_a_graph_is_imported_from_a_file_and_from_a_pipe(sqlrag: Cli) -> None:
    given = json.dumps(GIVEN)
    (sqlrag.folder / "engines.json").write_text(given)
    (result,) = sqlrag.inside("graph", "import", "engines.json", "--json").json
    assert (result["source_key"], result["outcome"]) == ("letters", "added")
    again = sqlrag.inside("graph", "import", "-", stdin=given.encode())
    assert rows(again.out)[3] == ["unchanged", "1"]
    renamed = sqlrag.inside("graph", "import", "engines.json", "--key", "engines", "--json").json
    assert [one["source_key"] for one in renamed] == ["engines"]
    shown = sqlrag.inside("graph", "path", "ada", "charles")
    assert "Ada wrote to Charles." in shown.out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[1]", "standard input holds no JSON object"),
        ("{", "standard input is not JSON"),
        ('{"chunks": 3}', '"chunks" of a custom graph is a list of records'),
    ],
)
def test_what_cannot_be_imported_is_told(sqlrag: Cli, content: str, sentence: str) -> None:
    failed = sqlrag.inside("graph", "import", "-", stdin=content.encode(), code=1)
    assert sentence in failed.sentence


def test_a_file_that_is_not_there_is_named(sqlrag: Cli) -> None:
    failed = sqlrag.inside("graph", "import", "nowhere.json", code=1)
    assert failed.sentence.startswith("nowhere.json cannot be read")
