"""The registry of providers: who opens the models that answer, embed and extract.

A provider is a function of ModelSettings that returns Models, and a line in PROVIDERS, or an entry
point of the group "sqlrag.providers" in another package.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from sqlrag.domain.errors import BadInput
from sqlrag.domain.items import GIVEN
from sqlrag.domain.models import Embedder, Models
from sqlrag.offline import open_local

if TYPE_CHECKING:
    from sqlrag.settings import ModelSettings

# By name, since a client of an endpoint takes half a second to import.
PROVIDERS = {
    "openai": "sqlrag.models.openai:open_models",
    "ollama": "sqlrag.models.ollama:open_models",
    "offline": "sqlrag.offline:open_models",
}
GROUP = "sqlrag.providers"

Provider = Callable[["ModelSettings"], Models]


def choose_models(settings: "ModelSettings") -> Models:
    """Those of the provider that is named; `auto` is an endpoint with a key or a URL, else offline.

    An embedder that runs here takes the place of an endpoint's. No call is made. Raises BadInput.
    """
    name = settings.models
    if name == "auto":
        name = "openai" if settings.names_endpoint else "offline"
    models = _find_provider(name)(settings)
    local = open_local(settings.embedding_model, settings.offline_dimensions)
    if local and type(local) is not type(models.embedder):
        models = replace(
            models, embedder=local, description=f"{models.description} (embedded here)"
        )
    if not (settings.rerank_url or "").strip():
        return models
    from sqlrag.models.reranker import add_reranker

    return add_reranker(models, settings)


def find_embedder_of(models: Models, name: str, dimensions: int) -> Embedder | None:
    """The embedder of a model: one that runs here, else the endpoint's. None for vectors that were
    given, and where there is no endpoint. Raises BadInput for a package that is missing."""
    if local := open_local(name, dimensions):
        return local
    if models.open_embedder is None or name.startswith(GIVEN):
        return None
    return models.open_embedder(name)


def _find_provider(name: str) -> Provider:
    home = PROVIDERS.get(name)
    found = EntryPoint(name, home, GROUP) if home else _find_entry_point(name)
    try:
        provider: Provider = found.load()
    except Exception as error:
        raise BadInput(
            f"The provider {name!r} of SQLRAG_MODELS cannot be loaded ({error}); install its"
            " package anew, or choose another one."
        ) from error
    return provider


def _find_entry_point(name: str) -> EntryPoint:
    found = entry_points(group=GROUP)
    if name not in found.names:
        *most, last = dict.fromkeys(("auto", *PROVIDERS, *sorted(found.names)))
        raise BadInput(f"SQLRAG_MODELS is {name!r}; set it to {', '.join(most)} or {last}.")
    return found[name]
