"""What calls of models cost, and what a workspace may spend on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

Period = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class CostOptions:
    """What a workspace may spend on chat models; None is without a bound."""

    budget: Annotated[float, Meta(ge=0, description="dollars, such as 20")] | None = None
    budget_period: Annotated[Period, Meta(description="day or month")] = "month"


@dataclass(frozen=True, slots=True)
class CostSettings:
    """The options in force in a workspace; `changed` names those that are its own.

    `spent` are the dollars of this period, which ends at `period_ends`.
    """

    options: CostOptions
    changed: tuple[str, ...]
    spent: float
    period_ends: datetime


@dataclass(frozen=True, slots=True)
class Spending:
    """What a workspace may spend, and has; `is_priced`: whether the price of a model is known."""

    budget: float | None
    period: str
    spent: float
    period_ends: datetime
    is_priced: bool


@dataclass(frozen=True, slots=True)
class Price:
    """Of a model: dollars for a million tokens that it reads, and that it writes."""

    model: str
    dollars_in: float
    dollars_out: float
