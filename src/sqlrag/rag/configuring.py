"""How entities and relations are extracted in a workspace: showing it and changing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlrag.domain.errors import NotFound
from sqlrag.domain.extraction import ExtractionSettings, check_settings, read_settings
from sqlrag.domain.graph import ExtractionOptions
from sqlrag.domain.storage import Storage
from sqlrag.rag.workspaces import WorkspaceDirectory


@dataclass(frozen=True, slots=True)
class Configuring:
    """`defaults` are in force where a workspace has no setting of its own."""

    storage: Storage
    directory: WorkspaceDirectory
    defaults: ExtractionOptions = field(default_factory=ExtractionOptions)

    async def get_extraction(self, workspace: str) -> ExtractionSettings:
        """Raises NotFound."""
        found = await self.storage.workspaces.get_workspace(workspace)
        if found is None:
            raise NotFound(f'There is no workspace "{workspace}".')
        return read_settings(found.settings, self.defaults)

    async def configure_extraction(
        self, workspace: str, changes: Mapping[str, Any]
    ) -> ExtractionSettings:
        """Change the named settings, None back to the default; a new workspace is made.

        In force in the ingestions that begin afterwards; one that is under way keeps what it
        began with. Raises BadInput.
        """
        check_settings(changes)
        found = await self.directory.add(workspace)
        await self.storage.workspaces.configure_extraction(found.workspace_id, changes)
        self.directory.forget(workspace)
        return await self.get_extraction(workspace)
