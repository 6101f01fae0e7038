from typing import Any

import pytest

from tests.cli.running import Cli
from tests.conftest import run_sql
from tests.support.issuing import AUDIENCE, Provider, make_signer

INDEX = """CREATE INDEX chunk_embeddings_hnsw_w1_s1 ON sqlrag.chunk_embeddings
USING hnsw ((embedding::halfvec(512)) halfvec_cosine_ops) WHERE workspace_id = 1 AND space_id = 1"""


def statuses(cli: Cli, code: int = 0) -> dict[str, tuple[str, str]]:
    checks = cli.inside("doctor", "--json", code=code).json["checks"]
    return {check["name"]: (check["status"], check["found"]) for check in checks}


def test_a_sound_library_is_told_to_be_so(library: Cli) -> None:
    lines = library("doctor").out.splitlines()
    assert lines[0].split() == ["status", "check", "found", "what", "to", "do"]
    (recall,) = [line.split() for line in lines if "chunk recall of default" in line]
    assert recall[:7] == ["ok", "chunk", "recall", "of", "default", "1.000", "exact,"]
    report = library.inside("doctor", "--json").json
    assert {recall["kind"] for recall in report["recalls"]} >= {"chunk", "entity"}
    assert all(recall["recall"] == 1 for recall in report["recalls"])


def test_an_empty_database_has_nothing_to_recall(sqlrag: Cli) -> None:
    report = sqlrag.inside("doctor", "--json").json
    assert report["recalls"] == []
    assert "fail" not in {check["status"] for check in report["checks"]}


def test_what_is_not_ready_is_a_warning(sqlrag: Cli) -> None:
    (sqlrag.folder / "hollow.txt").write_text("")
    sqlrag.inside("ingest", "hollow.txt", code=1)
    assert statuses(sqlrag)["documents of default"] == ("warn", "1 failed")


def test_a_setting_that_hurts_is_a_warning(sqlrag: Cli) -> None:
    url = sqlrag.settings["DATABASE_URL"]
    name = url.split("?")[0].rpartition("/")[2]
    run_sql(url, f"ALTER DATABASE {name} SET maintenance_work_mem = '1MB'")
    found = statuses(sqlrag)
    assert found["maintenance_work_mem"] == ("warn", "1 MB")
    assert found["fsync"] == ("warn", "off")


def test_an_invalid_index_and_orphans_fail(sqlrag: Cli) -> None:
    sqlrag.inside("ingest", "-", "--key", "a", stdin=b"Ada Quist kept the lamp.")
    url = sqlrag.settings["DATABASE_URL"]
    run_sql(url, INDEX)
    run_sql(
        url,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
        "'sqlrag.chunk_embeddings_hnsw_w1_s1'::regclass",
    )
    run_sql(url, "INSERT INTO sqlrag.entities (workspace_id) VALUES (1)")
    found = statuses(sqlrag, code=1)
    assert found["chunk index of default"] == ("fail", "invalid")
    assert found["graph"] == ("fail", "1 orphans")


def test_a_missing_index_is_a_warning(sqlrag: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlrag.rag.doctor._EXACT_COORDINATES", 100)
    sqlrag.inside("ingest", "-", "--key", "a", stdin=b"Ada Quist kept the lamp.")
    status, found = statuses(sqlrag)["chunk index of default"]
    assert (status, found.split(",")[0]) == ("warn", "missing")


def test_a_workspace_is_examined_alone_and_a_long_name_keeps_tables_narrow(sqlrag: Cli) -> None:
    long = "w" * 200
    for name in ("north", long):
        sqlrag.inside("ingest", "-", "-w", name, stdin=b"Ada Quist kept the lamp.")
    for asked in (("doctor", "-w", "north"), ("-w", "north", "doctor")):
        report = sqlrag.inside(*asked, "--json").json
        assert {recall["workspace"] for recall in report["recalls"]} == {"north"}
    assert '"nowhere"' in sqlrag.inside("doctor", "-w", "nowhere", code=1).err
    done = sqlrag.inside("status", "-w", long)
    assert max(map(len, done.out.splitlines())) < 160
    listed = sqlrag.inside("status", "--json").json["workspaces"]
    assert long in [one["name"] for one in listed]


def test_issuers_are_asked_for_their_keys(sqlrag: Cli) -> None:
    def look(code: int = 0, **settings: str) -> dict[str, str]:
        rights = {"DEFAULT_ROLE": "reader", "DEFAULT_WORKSPACE": "*", **settings}
        given: Any = {f"SQLRAG_OIDC_{name}": value for name, value in rights.items()}
        checks = sqlrag.inside("doctor", "--json", code=code, **given).json["checks"]
        return next((one for one in checks if "token" in one["name"]), {})

    assert look() == {}
    provider = Provider({one: make_signer(one) for one in ("RS256", "EdDSA")})
    with provider.running():
        found = look(ISSUER=provider.url, AUDIENCE=AUDIENCE)
        assert (found["name"], found["status"]) == ("issuer of tokens", "ok")
        assert found["found"].startswith(f"{provider.url}, keys for RS256, ")
        assert found["found"].endswith("EdDSA")
        other = look(1, ISSUER=f"{provider.url}/", AUDIENCE=AUDIENCE)
        assert f'it calls itself "{provider.url}"' in other["found"]
        assert "what it calls itself" in other["advice"]
        assert "SQLRAG_OIDC_AUDIENCE" in look(1, ISSUER=provider.url)["found"]
    away = look(1, ISSUER=provider.url, AUDIENCE=AUDIENCE)
    assert (away["status"], "refused" in away["found"]) == ("fail", True)
