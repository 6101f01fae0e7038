"""The one statement of a retrieval, by its mode."""

from sqlrag.domain.asking import Sought
from sqlrag.domain.retrieval import Found, QueryParam
from sqlrag.domain.storage import Storage


async def search(storage: Storage, workspace_id: int, sought: Sought, param: QueryParam) -> Found:
    """What the mode of `param` finds; mode 'bypass' has no statement."""
    searches = storage.searches
    if param.mode == "naive":
        chunks = await searches.naive_search(
            workspace_id,
            sought.words,
            sought.embedding,
            param.chunk_top_k,
            param.max_total_tokens,
            dict(param.filters) if param.filters else None,
        )
        return Found(tuple(chunks))
    by_mode = {
        "auto": searches.auto_search,
        "multihop": searches.multihop_search,
        "local": searches.local_search,
        "global": searches.global_search,
        "hybrid": searches.hybrid_search,
        "mix": searches.mix_search,
    }
    return await by_mode[param.mode](workspace_id, sought, param)
