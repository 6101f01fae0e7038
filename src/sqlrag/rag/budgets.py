"""What workspaces spend on models stays below what they may."""

from datetime import UTC, datetime

from sqlrag.domain.costs import Spending
from sqlrag.domain.errors import BudgetSpent
from sqlrag.domain.storage import KeyValueStore
from sqlrag.domain.workspaces import Workspace

_UNPRICED = 3_600.0  # seconds until somebody may have written a price down


async def check_budget(store: KeyValueStore, workspace: Workspace, model: str) -> None:
    """Before calls of a chat model. Raises BudgetSpent."""
    found = await store.read_spending(workspace.id, model)
    if found.budget is None:
        return
    may = f'Workspace "{workspace.name}" may spend {found.budget:g} dollars a {found.period}'
    if not found.is_priced:
        raise BudgetSpent(
            f"{may}, but what {model} costs is not known; add its price to the table "
            "sqlrag.prices (0 where it is free).",
            _UNPRICED,
        )
    if found.spent >= found.budget:
        raise BudgetSpent(
            f"{may} and has spent {found.spent:.2f}: {model} is not called until "
            f"{found.period_ends.astimezone(UTC):%Y-%m-%d %H:%M} UTC; raise the budget to go on "
            "before.",
            _seconds_until(found),
        )


def _seconds_until(found: Spending) -> float:
    return max(1.0, (found.period_ends - datetime.now(UTC)).total_seconds())
