"""How much one document may cost, and how long its chunks are."""

from sqlrag.domain.limits import Limits, Splitting

__all__ = ["Limits", "Splitting"]
