"""Settings, read from the environment and a .env file; every default works offline.

Settings are flat, as the environment is, and made of groups: each default is written once, and a
part of the house is handed its group alone.
"""

from pathlib import Path
from typing import Any, TypeVar, cast

import platformdirs
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from sqlrag.domain.errors import BadInput
from sqlrag.domain.limits import MOST_DIMENSIONS, Limits, Splitting


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class ModelSettings(_Group):
    """What a provider of models reads; `models` names it. Its repr holds no secret."""

    models: str = "auto"
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(  # may hold a password
        default=None, validation_alias="OPENAI_BASE_URL", repr=False
    )
    chat_model: str = "gpt-4o-mini"
    extraction_model: str | None = None
    embedding_model: str = "text-embedding-3-small"
    embedding_dimensions: int | None = Field(default=None, ge=1, le=MOST_DIMENSIONS)
    embedding_batch: int = Field(default=128, ge=1, le=2048)
    model_concurrency: int = Field(default=8, ge=1)
    model_timeout: float = Field(
        default=60.0, gt=0, description="seconds for one attempt of one call"
    )
    model_retries: int = Field(default=4, ge=0)
    # Of each model of that kind, by all processes that share a database.
    chat_requests_per_minute: int | None = Field(default=None, ge=1)
    chat_tokens_per_minute: int | None = Field(default=None, ge=1)
    embedding_requests_per_minute: int | None = Field(default=None, ge=1)
    embedding_tokens_per_minute: int | None = Field(default=None, ge=1)
    offline_dimensions: int = Field(default=512, ge=16, le=MOST_DIMENSIONS)
    rerank_url: str | None = Field(default=None, repr=False)
    rerank_model: str | None = None
    rerank_api_key: SecretStr | None = None

    @property
    def key(self) -> str:
        return _reveal(self.openai_api_key)

    @property
    def rerank_key(self) -> str:
        return _reveal(self.rerank_api_key)

    @property
    def names_endpoint(self) -> bool:
        """Whether there is a key or a URL, which an empty one is not."""
        return bool(self.key.strip() or (self.openai_base_url or "").strip())


class ParsingSettings(_Group):
    """What a document may cost, and how long its chunks are."""

    max_file_bytes: int = Field(default=Limits.max_file_bytes, ge=1)
    max_text_chars: int = Field(default=Limits.max_text_chars, ge=1)
    max_pages: int = Field(default=Limits.max_pages, ge=1)
    parse_timeout: float = Field(
        default=Limits.timeout, gt=0, description="seconds for one document"
    )
    parse_memory_bytes: int = Field(default=Limits.memory_bytes, ge=2**28)
    parse_workers: int = Field(default=2, ge=1)
    chunk_min_tokens: int = Field(default=Splitting.min_tokens, ge=1)
    chunk_max_tokens: int = Field(default=Splitting.max_tokens, ge=1)
    chunk_overlap_tokens: int = Field(default=Splitting.overlap_tokens, ge=0)

    @property
    def limits(self) -> Limits:
        """As plain as the processes that parse want it."""
        counts = self.max_file_bytes, self.max_text_chars, self.max_pages
        return Limits(*counts, self.parse_timeout, self.parse_memory_bytes)

    @property
    def splitting(self) -> Splitting:
        """Raises BadInput where the three lengths do not go together."""
        return Splitting(self.chunk_min_tokens, self.chunk_max_tokens, self.chunk_overlap_tokens)


class IngestionSettings(_Group):
    """How documents become chunks with a graph."""

    extraction: str = Field(default="auto", pattern="^(auto|off)$")
    entity_types: str | None = Field(default=None, description="separated by commas")
    gleaning_rounds: int = Field(default=1, ge=0, le=5)
    summary_tokens: int = Field(
        default=1_000, ge=100, description="of descriptions, past which they are summarised"
    )
    keep_originals: bool = Field(default=True, description="the bytes of documents, in Postgres")
    ingest_concurrency: int = Field(default=4, ge=1, description="documents written at once")
    ingest_in_work: int = Field(default=32, ge=1, description="documents in any stage at once")


class TokenSettings(_Group):
    """Whose tokens the HTTP API takes, and what their claims stand for: docs/oidc.md."""

    oidc_issuer: str = Field(default="", description="URLs, separated by commas; none: no tokens")
    oidc_audience: str = Field(default="", description="of tokens for here, separated by commas")
    oidc_role_claim: str = Field(default="", description="such as roles or realm_access.roles")
    oidc_roles: str = Field(default="", description="VALUE=ROLE, separated by commas, or JSON")
    oidc_default_role: str = Field(default="", pattern="^(reader|writer|admin)?$")
    oidc_workspace_claim: str = ""
    oidc_workspaces: str = Field(
        default="", description="VALUE=WORKSPACE, separated by commas, or JSON; *: every one"
    )
    oidc_default_workspace: str = Field(default="", description="a name, or * for every one")
    oidc_principals_claim: str = ""
    oidc_leeway: float = Field(default=30.0, ge=0, le=300, description="seconds clocks may differ")
    oidc_pause: float = Field(
        default=30.0, ge=0, description="seconds between two looks for keys of an issuer"
    )
    oidc_resource: str = Field(default="", description="the URL that clients have for this server")
    oidc_scopes: str = Field(default="", description="to ask an issuer for, separated by spaces")


class ServerSettings(TokenSettings):
    """Where the HTTP API listens, and what it takes."""

    host: str = "127.0.0.1"
    admin_key: SecretStr | None = Field(
        default=None, description="of every workspace, which is kept as a hash at the start"
    )
    admin_key_file: Path | None = Field(default=None, description="that holds it")
    allow_owner: bool = Field(
        default=False, description="to serve as a role that Postgres shows every workspace"
    )
    port: int = Field(default=8000, ge=1, le=65535)
    max_json_bytes: int = Field(default=4 * 2**20, ge=1, description="of one request")
    allowed_hosts: str = Field(
        default="", description="names of the server beside localhost, separated by commas"
    )
    max_requests: int = Field(default=256, ge=1, description="in work at once, of a process")
    metrics: bool = Field(default=True, description="at /metrics, for Prometheus")
    max_client_requests: int = Field(default=128, ge=1, description="of one address among them")
    # Of each key that has no limit of its own, at all servers that share a database.
    key_requests_per_minute: int | None = Field(default=None, ge=1)
    key_questions_per_minute: int | None = Field(default=None, ge=1)
    key_writes_per_minute: int | None = Field(default=None, ge=1)
    keep_replies_hours: float = Field(
        default=24.0, gt=0, description="of requests with an Idempotency-Key"
    )


class WorkerSettings(_Group):
    """How jobs are done in the background, and how long what became of them is kept."""

    worker_concurrency: int = Field(default=4, ge=1, description="jobs at once, of a worker")
    worker_max_jobs: int | None = Field(
        default=None, ge=1, description="after which a new process takes over"
    )
    worker_max_memory_bytes: int | None = Field(default=None, ge=2**26)
    worker_grace: float = Field(
        default=20.0, ge=0, description="seconds to finish in, when it is told to stop"
    )
    job_lease: float = Field(
        default=15.0, ge=1, description="seconds after which a silent worker is taken for dead"
    )
    keep_jobs_days: float = Field(default=7.0, ge=0, description="of jobs that are over; 0: all")
    keep_answers_days: float = Field(default=1.0, ge=0, description="of background answers")
    keep_audit_days: float = Field(default=90.0, ge=0, description="of the audit; 0: all")
    keep_conversations_days: float = Field(
        default=0.0, ge=0, description="after their last turn, of those without an end; 0: all"
    )
    background_bytes: int = Field(
        default=2**20, ge=0, description="of a request, past which documents are ingested by jobs"
    )
    max_backlog: int = Field(
        default=100_000, ge=1, description="jobs that wait, past which no more are taken"
    )


_G = TypeVar("_G", bound=_Group)


class Settings(
    BaseSettings, WorkerSettings, ServerSettings, IngestionSettings, ParsingSettings, ModelSettings
):
    """SQLRAG_<NAME> in the environment; DATABASE_URL and OPENAI_* keep their usual names."""

    model_config = SettingsConfigDict(env_prefix="SQLRAG_", env_file=".env", extra="ignore")

    database_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "SQLRAG_DATABASE_URL")
    )
    read_database_url: SecretStr | None = Field(
        default=None, description="of a standby that answers what only looks"
    )
    read_max_lag: float = Field(
        default=5.0, gt=0, description="seconds that what a standby shows may be old"
    )
    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("sqlrag", appauthor=False))
    )
    workspace: str = "default"
    log_format: str = Field(default="text", pattern="^(text|json)$")
    log_level: str = Field(default="WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    pool_size: int = Field(default=10, ge=1)
    pooler: str = Field(default="auto", pattern="^(auto|transaction|none)$")
    audit: str = Field(
        default="changes", pattern="^(off|changes|all)$", description="all: questions, too"
    )
    answer_cache: int = Field(default=1000, ge=0, description="answers kept of each workspace")

    def __init__(self, **given: Any) -> None:
        """Raises BadInput that names the first setting that is wrong."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            shown = name if name.isupper() else f"SQLRAG_{name.upper()}"
            where = "where it is given" if name in given else "in the environment or in .env"
            raise BadInput(
                f"{shown} is wrong: {first['msg'].lower()}; correct it {where}."
            ) from None

    @property
    def read_url(self) -> str:
        return _reveal(self.read_database_url)

    @property
    def model(self) -> ModelSettings:
        return self._view(ModelSettings)

    @property
    def parsing(self) -> ParsingSettings:
        return self._view(ParsingSettings)

    @property
    def worker(self) -> WorkerSettings:
        return self._view(WorkerSettings)

    def read_admin_key(self) -> str:
        """The key that a server is started with, or ''. Raises BadInput."""
        if self.admin_key_file is None:
            return _reveal(self.admin_key)
        try:
            return self.admin_key_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeError) as error:
            raise BadInput(
                f"SQLRAG_ADMIN_KEY_FILE names {self.admin_key_file}, which cannot be read: {error}"
            ) from error

    @property
    def server(self) -> ServerSettings:
        return self._view(ServerSettings)

    def _view(self, group: type[_G]) -> _G:
        """The group alone; what was set and what is a default stays known in it."""
        values = {name: getattr(self, name) for name in group.model_fields}
        known = self.model_fields_set & values.keys()
        return cast(_G, group.model_construct(known, **values))


def _reveal(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
