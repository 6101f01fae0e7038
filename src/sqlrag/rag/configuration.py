"""What a workspace has of its own: how it extracts, how it retrieves, what it may spend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlrag.domain.choices import (
    ExtractionSettings,
    RetrievalSettings,
    check_settings,
    read_settings,
)
from sqlrag.domain.costs import CostOptions, CostSettings, Spending
from sqlrag.domain.errors import NotFound
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.models import Models
from sqlrag.domain.operations import operation
from sqlrag.domain.retrieval import RetrievalOptions
from sqlrag.domain.states import Stateful, changed
from sqlrag.rag.auditing import Witnessed
from sqlrag.rag.ingestion import Ingestion
from sqlrag.rag.workspaces import Workspaces
from sqlrag.repositories.postgres import Postgres


@dataclass
class Configuration(Witnessed):
    """The settings of a workspace; what it has none for follows those of whoever works in it."""

    storage: Postgres
    workspaces: Workspaces
    ingestion: Ingestion
    models: Models

    @operation(
        "GET workspaces/{workspace:str}/extraction",
        "Show how entities are extracted",
        (NotFound,),
        role="reader",
    )
    async def get_extraction(self) -> ExtractionSettings:
        """The options in force in a workspace; `changed` names those that are its own."""
        return self._extraction_of(await self._read_settings())

    @operation(
        "PATCH workspaces/{workspace:str}/extraction",
        "Change how entities are extracted",
        (NotFound,),
        body=ExtractionOptions,
        conditional=True,
    )
    async def configure_extraction(self, /, **changes: Any) -> ExtractionSettings:
        """Change some of entity_types, language, examples, gleaning_rounds, max_entities and
        max_relations; null gives one back to the defaults.

        Documents are extracted anew, with what is changed, when they are ingested again; every
        process has the change after five seconds. A workspace that does not exist is made.
        """
        await self._change_settings(
            changes | check_settings(changes, ExtractionOptions), self._extraction_of
        )
        return await self.get_extraction()

    @operation(
        "GET workspaces/{workspace:str}/retrieval",
        "Show how a workspace retrieves",
        (NotFound,),
        role="reader",
    )
    async def get_retrieval(self) -> RetrievalSettings:
        """The options in force in a workspace; `changed` names those that are its own."""
        return _retrieval_of(await self._read_settings())

    @operation(
        "PATCH workspaces/{workspace:str}/retrieval",
        "Change how a workspace retrieves",
        (NotFound,),
        body=RetrievalOptions,
        conditional=True,
    )
    async def configure_retrieval(self, /, **changes: Any) -> RetrievalSettings:
        """Change `select`: whether the chat model puts what answers first, for questions that do
        not say; null gives it back to the default, which is false.

        Every process has the change after a minute. A workspace that does not exist is made.
        """
        await self._change_settings(
            changes | check_settings(changes, RetrievalOptions), _retrieval_of
        )
        return await self.get_retrieval()

    @operation(
        "GET workspaces/{workspace:str}/costs",
        "Show what a workspace may spend",
        (NotFound,),
        role="reader",
    )
    async def get_costs(self) -> CostSettings:
        """Its budget for calls of chat models, and what is spent of it by the table of prices.

        Where it is spent, no call is made until the period ends.
        """
        options, changed = read_settings(await self._read_settings(), CostOptions())
        workspace, model = await self.workspaces.get(self.workspace), self.models.answerer.model
        found = await self.storage.fetch_one(Spending, "spending", workspace.id, model)
        return CostSettings(options, changed, found.spent, found.period_ends)

    @operation(
        "PATCH workspaces/{workspace:str}/costs",
        "Change what a workspace may spend",
        (NotFound,),
        body=CostOptions,
        conditional=True,
    )
    async def configure_costs(self, /, **changes: Any) -> CostSettings:
        """Change `budget`, in dollars, and `budget_period`, which is day or month, of UTC; null
        gives one back to the default, which is no bound.

        Every process has the change after five seconds; jobs that were put off are tried again. A
        workspace that does not exist is made.
        """
        await self._change_settings(changes | check_settings(changes, CostOptions), _costs_of)
        workspace = await self.workspaces.get(self.workspace)
        await self.storage.execute("release_jobs", workspace.id)
        return await self.get_costs()

    async def _read_settings(self) -> Mapping[str, Any]:
        found = await self.workspaces.read(self.workspace)
        return (found or await self.workspaces.get(self.workspace)).settings

    def _extraction_of(self, stored: Mapping[str, Any]) -> ExtractionSettings:
        return ExtractionSettings(*read_settings(stored, self.ingestion.recipe.extraction.options))

    async def _change_settings(
        self,
        changes: Mapping[str, Any],
        read: Callable[[Mapping[str, Any]], Stateful] | None = None,
    ) -> None:
        """Raises Changed where what is read of them is not what is expected, or no longer."""
        before = None
        if read and self.expected.states is not None:
            before = await self._read_settings()
            self.expected.check(read(before))
        workspace = await self.workspaces.add(self.workspace)
        asked = workspace.id, changes, before
        kept = await self.storage.fetch_value("change_settings", *asked)
        if before is not None and kept is None:
            raise changed()
        self.workspaces.forget(self.workspace)


def _retrieval_of(stored: Mapping[str, Any]) -> RetrievalSettings:
    return RetrievalSettings(*read_settings(stored, RetrievalOptions()))


def _costs_of(stored: Mapping[str, Any]) -> CostSettings:
    """What can be changed of them."""
    return CostSettings(*read_settings(stored, CostOptions()), 0.0, datetime.min)
