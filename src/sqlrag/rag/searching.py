"""The one statement of a retrieval, by its mode."""

from sqlrag.domain.asking import Sought
from sqlrag.domain.retrieval import Found, QueryParam
from sqlrag.domain.storage import Storage


async def search(storage: Storage, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
    """What the mode of `param` finds; mode 'bypass' has no statement."""
    return await storage.searches.search(param.mode, workspace_id, sought, param)
