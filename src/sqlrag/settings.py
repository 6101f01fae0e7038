"""Settings, read from the environment and a .env file; every default works offline."""

from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("sqlrag", appauthor=False))


class Settings(BaseSettings):
    """SQLRAG_<NAME> in the environment; DATABASE_URL and OPENAI_* keep their usual names."""

    model_config = SettingsConfigDict(
        env_prefix="SQLRAG_", env_file=".env", extra="ignore", populate_by_name=True
    )

    database_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "SQLRAG_DATABASE_URL")
    )
    home: Path = Field(default_factory=_default_home)
    workspace: str = "default"
    pool_size: int = Field(default=10, ge=1)

    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    models: str = Field(default="auto", pattern="^(auto|openai|offline)$")
    chat_model: str = "gpt-4o-mini"
    extraction: str = Field(default="auto", pattern="^(auto|off)$")
    extraction_model: str | None = None
    entity_types: str | None = Field(default=None, description="separated by commas")
    gleaning_rounds: int = Field(default=1, ge=0, le=5)
    summary_tokens: int = Field(
        default=1_000, ge=100, description="of descriptions, past which they are summarised"
    )
    embedding_model: str = "text-embedding-3-small"
    embedding_dimensions: int | None = Field(default=None, ge=1, le=4000)
    embedding_batch: int = Field(default=128, ge=1, le=2048)
    model_concurrency: int = Field(default=8, ge=1)
    model_timeout: float = Field(
        default=60.0, gt=0, description="seconds for one attempt of one call"
    )
    model_retries: int = Field(default=4, ge=0)
    offline_dimensions: int = Field(default=512, ge=16, le=4000)
    rerank_url: str | None = None
    rerank_model: str | None = None
    rerank_api_key: SecretStr | None = None
    answer_cache: int = Field(default=1000, ge=0, description="answers kept of each workspace")

    chunk_min_tokens: int = Field(default=400, ge=1)
    chunk_max_tokens: int = Field(default=1200, ge=1)
    chunk_overlap_tokens: int = Field(default=100, ge=0)
    max_file_bytes: int = Field(default=100 * 2**20, ge=1)
    max_text_chars: int = Field(default=20_000_000, ge=1)
    max_pages: int = Field(default=5_000, ge=1)
    parse_timeout: float = Field(default=120.0, gt=0, description="seconds for one document")
    parse_memory_bytes: int = Field(default=4 * 2**30, ge=2**28)
    parse_workers: int = Field(default=2, ge=1)
    ingest_concurrency: int = Field(default=4, ge=1, description="documents written at once")
    ingest_in_work: int = Field(default=32, ge=1, description="documents in any stage at once")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
