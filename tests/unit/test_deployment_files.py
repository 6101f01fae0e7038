"""What docker-compose.yml, Dockerfile and docs/deploying.md promise to those who deploy."""

import asyncio
import json
import os
import re
import shlex
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import yaml
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from sqlrag.database.embedded import programs_folder
from sqlrag.database.statements import SQL
from sqlrag.settings import Settings
from tests.conftest import with_database

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "api", "worker")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load(read("docker-compose.yml"))["services"]


@pytest.fixture(scope="module")
def stages() -> list[list[list[str]]]:
    """The instructions of each stage of the Dockerfile, each split at its first space."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.M))
    texts = re.split(r"^FROM ", joined, flags=re.M)[1:]
    return [[line.split(" ", 1) for line in text.splitlines() if line] for text in texts]


def name_setting(field: str, info: FieldInfo) -> str:
    alias = info.validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return str(alias or f"SQLRAG_{field.upper()}")


SETTINGS = {name_setting(field, info): info for field, info in Settings.model_fields.items()}


def test_the_services_are_a_database_a_migration_a_grant_workers_and_the_api(
    services: dict[str, Any],
) -> None:
    assert set(services) == {"db", "grant", *OURS}


def test_the_database_has_pgvector_and_keeps_its_data(services: dict[str, Any]) -> None:
    db = services["db"]
    assert db["image"] == "pgvector/pgvector:pg18"
    # The images of 18 and newer keep their data one folder higher than those of 17.
    assert db["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "postgres" in yaml.safe_load(read("docker-compose.yml"))["volumes"]
    assert db["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_shared_memory_holds_the_largest_index_build(services: dict[str, Any]) -> None:
    size = re.fullmatch(r"(\d+)gb", services["db"]["shm_size"])
    assert size
    assert int(size[1]) > 2


def test_nothing_is_published_beyond_this_machine(services: dict[str, Any]) -> None:
    assert "ports" not in services["db"]
    assert services["api"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_migration_runs_once_and_before_the_api(services: dict[str, Any]) -> None:
    assert services["migrate"]["command"] == ["sqlrag", "migrate"]
    assert services["migrate"]["restart"] == "no"
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name, last in (("api", "grant"), ("worker", "migrate")):
        assert services[name]["depends_on"] == {
            "db": {"condition": "service_healthy"},
            last: {"condition": "service_completed_successfully"},
        }
    before = {"migrate": {"condition": "service_completed_successfully"}}
    assert services["grant"]["depends_on"] == before


def test_the_api_is_given_a_role_that_owns_nothing(
    services: dict[str, Any], url: str, server_url: str
) -> None:
    (script,) = services["grant"]["command"]
    assert services["api"]["environment"]["DATABASE_URL"].startswith("postgresql://sqlrag_app@")
    script = script.replace("sqlrag_app", "composed_app").replace("psql ", f"{find_psql()} ", 1)
    told = {"DATABASE": url, "APP_PASSWORD": 'it\'s "one" $of ours'}
    owner = with_database(server_url, urlsplit(url).path[1:])
    script = script.replace("--quiet", f"'{owner}' --quiet")
    for _ in range(2):
        subprocess.run(["bash", "-c", script], env={**os.environ, **told}, check=True)
    role = owner.replace("//postgres@", "//composed_app@", 1)
    assert asyncio.run(tell_access(role)) == (True, True)


async def tell_access(url: str) -> tuple[bool, bool]:
    connection = await asyncpg.connect(url)
    found = await connection.fetchrow(SQL["get_access"])
    await connection.close()
    return found["is_bound"], found["is_server"]


def find_psql() -> str:
    return shlex.quote(str(programs_folder() / "psql"))


def test_workers_are_their_own_and_any_number_of_them(services: dict[str, Any]) -> None:
    assert services["api"]["command"] == ["sqlrag", "serve", "--no-worker"]
    worker = services["worker"]
    assert worker["command"] == ["sqlrag", "worker"]
    assert not {"ports", "container_name"} & worker.keys(), "one of each could run"
    grace = Settings.model_fields["worker_grace"].default
    assert int(worker["stop_grace_period"].removesuffix("s")) > grace + 10
    models = services["api"]["environment"].keys() - {
        "SQLRAG_ADMIN_KEY",
        "SQLRAG_HOST",
        "SQLRAG_PORT",
        "SQLRAG_ALLOWED_HOSTS",
    }
    assert worker["environment"].keys() == models


def test_the_api_restarts_and_is_asked_whether_it_is_ready(services: dict[str, Any]) -> None:
    api = services["api"]
    assert api["restart"] == "unless-stopped"
    assert api["environment"]["SQLRAG_HOST"] == "0.0.0.0"
    assert api["healthcheck"]["test"][:3] == ["CMD", "python", "-c"]
    script = api["healthcheck"]["test"][3]
    compile(script, "healthcheck", "exec")
    assert "/health/ready" in script


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_do_little(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_no_secret_stands_in_the_file(services: dict[str, Any]) -> None:
    from_outside = re.compile(r"\$\{(POSTGRES_PASSWORD|APP_PASSWORD|SQLRAG_ADMIN_KEY):\?[^}]+\}")
    for service in services.values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|KEY|TOKEN|SECRET", name):
                assert value is None or from_outside.fullmatch(value)
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), f"{name} holds a password"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(services: dict[str, Any], name: str) -> None:
    assert set(services[name]["environment"]) - {"PGPASSWORD"} <= set(SETTINGS)


def test_the_database_role_is_not_named_like_a_schema(services: dict[str, Any]) -> None:
    role = re.match(r"postgresql://(\w+)@", services["api"]["environment"]["DATABASE_URL"])
    assert role
    assert role[1] not in ("sqlrag", "rag")


def test_the_dockerfile_copies_what_the_wheel_is_made_of(stages: list[list[list[str]]]) -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    wanted = {*wheel, project["project"]["readme"], *project["project"]["license-files"]}
    copied = [path for name, rest in stages[0] if name == "COPY" for path in rest.split()[:-1]]
    ignored = read(".dockerignore").splitlines()
    for path in (*wanted, "pyproject.toml"):
        assert any(path == root or path.startswith(f"{root}/") for root in copied), path
    for root in copied:
        assert f"!{root}" in ignored, f"{root} does not reach the build"


def test_only_what_the_wheel_is_made_of_reaches_the_build() -> None:
    lines = [line for line in read(".dockerignore").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert not any(fnmatch(".env", line.lstrip("!")) for line in lines[1:])


def test_dependencies_are_a_layer_below_the_source(stages: list[list[list[str]]]) -> None:
    lines = [" ".join(instruction) for instruction in stages[0]]
    dependencies = next(i for i, line in enumerate(lines) if "requirements.txt" in line)
    source = next(i for i, line in enumerate(lines) if line.startswith("COPY src"))
    assert dependencies < source


def test_the_image_serves_as_a_user_without_rights(stages: list[list[list[str]]]) -> None:
    final: dict[str, str] = dict(stages[-1][1:])
    assert final["USER"].isdecimal()
    assert int(final["USER"]) > 0
    assert json.loads(final["CMD"]) == ["sqlrag", "serve"]
    assert "apt-get" not in str(stages[-1])
    assert "pip" not in str(stages[-1])


def test_the_image_is_asked_whether_it_is_ready(stages: list[list[list[str]]]) -> None:
    final: dict[str, str] = dict(stages[-1][1:])
    command = json.loads(final["HEALTHCHECK"].partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "healthcheck", "exec")
    assert "/health/ready" in command[2]


def test_the_page_on_deploying_lists_every_setting_with_its_default() -> None:
    table = read("docs/deploying.md").partition("## Settings")[2]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\| \S.* \|$", table, flags=re.M))
    assert set(rows) == set(SETTINGS)
    for name, info in SETTINGS.items():
        if not info.default_factory:
            default = "" if info.default is None else str(info.default)
            assert rows[name].strip("`") == default, name
