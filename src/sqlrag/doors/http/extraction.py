"""Doors to how entities and relations are extracted in a workspace."""

from typing import Annotated, Any

from litestar import get, patch
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath

from sqlrag.domain.extraction import ExtractionSettings
from sqlrag.doors.http.examples import EXTRACTION_CHANGES
from sqlrag.doors.http.openapi import returns
from sqlrag.doors.http.services import Injected
from sqlrag.rag.configuring import Configuring

Name = FromPath[str]
Changes = Annotated[
    dict[str, Any],
    Body(examples=[Example(summary="Types and language", value=EXTRACTION_CHANGES)]),
]


@get(
    "/v1/workspaces/{name:str}/extraction",
    operation_id="get_extraction",
    summary="Show how entities are extracted",
    tags=["workspaces"],
    responses=returns("get_extraction", ExtractionSettings, 200, (400, 404, 503)),
)
async def get_extraction(configuring: Injected[Configuring], name: Name) -> ExtractionSettings:
    """The options in force in a workspace; `changed` names those that are its own."""
    return await configuring.get_extraction(name)


@patch(
    "/v1/workspaces/{name:str}/extraction",
    operation_id="configure_extraction",
    summary="Change how entities are extracted",
    tags=["workspaces"],
    responses=returns("configure_extraction", ExtractionSettings, 200, (400, 503)),
)
async def configure_extraction(
    configuring: Injected[Configuring], name: Name, data: Changes
) -> ExtractionSettings:
    """Change some of entity_types, language, examples, gleaning_rounds, max_entities and
    max_relations; null gives one back to the defaults.

    Documents are extracted anew, with what is changed, when they are ingested again; every
    process has the change after five seconds. A workspace that does not exist is made.
    """
    return await configuring.configure_extraction(name, data)
