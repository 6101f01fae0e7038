"""Erasing, and the audit, on the command line."""

from tests.cli.running import Cli


def test_erasing_shows_asks_and_prints_a_receipt(sqlrag: Cli) -> None:
    (sqlrag.folder / "quist.txt").write_text("Ada Quist kept the lamp.")
    (sqlrag.folder / "lamp.txt").write_text("The lamp was lit in 1874.")
    sqlrag.inside("ingest", "quist.txt", "lamp.txt")
    would = sqlrag.inside("erase", "--words", "Quist", "--dry-run", "--json").json
    assert [one["title"] for one in would["documents"]] == ["quist"]
    refused = sqlrag.inside("erase", "--words", "quist", code=2)
    assert "quist.txt" in refused.out
    assert "repeat the command with --yes" in refused.err
    assert len(sqlrag.inside("documents", "--json").json) == 2
    receipt = sqlrag.inside("erase", "--words", "quist", "--yes", "--vacuum").out
    assert "1" in next(one for one in receipt.splitlines() if one.startswith("documents "))
    assert "uist" not in receipt
    assert len(sqlrag.inside("documents", "--json").json) == 1
    again = sqlrag.inside("erase", "--words", "quist").out
    assert again.startswith("0 rows would be erased")
    assert "Nothing is named" in sqlrag.inside("erase", "--yes", code=1).sentence


def test_the_audit_is_listed_and_filtered(sqlrag: Cli) -> None:
    (sqlrag.folder / "lamp.txt").write_text("The lamp was lit in 1874.")
    sqlrag.inside("ingest", "lamp.txt")
    sqlrag.inside("ask", "When was the lamp lit?", SQLRAG_AUDIT="all")
    query, ingest = sqlrag.inside("audit", "--since", "1h", "--json").json
    assert (query["question"], ingest["operation"]) == ("When was the lamp lit?", "ingest")
    assert query["document_ids"] == ingest["document_ids"]
    table = sqlrag.inside("audit", "--document", ingest["document_ids"][0]).out
    assert "When was the lamp lit?" in table
    assert sqlrag.inside("audit", "--until", "1d").out.strip() == "Nothing of that is kept."
    assert sqlrag.inside("audit", "--since", "2020-01-01", "--who", "nobody", "--json").json == []
    assert "is no duration" in sqlrag.inside("audit", "--since", "soon", code=2).err
