"""What a search costs grows far less than what is searched.

uv run pytest -m heavy tests/benchmarks/test_growth.py -n0 -s
"""

import asyncio
import os

import pytest

from tests.benchmarks.growth import MODES, measure_size, print_figures
from tests.conftest import make_database

SHORT = os.environ.get("SQLRAG_BENCHMARK") == "short"
SIZES = (1_000, 10_000) if SHORT else (1_000, 20_000, 100_000)


@pytest.mark.heavy
def test_costs_grow_less_than_a_workspace(server_url: str, template: str) -> None:
    found = {}
    for chunks in SIZES:
        url = make_database(server_url, template)
        found[chunks] = asyncio.run(measure_size(url, chunks, SHORT))
    print()
    print_figures(found)
    small, large = found[SIZES[0]], found[SIZES[1]]
    for name in (*(f"{mode}, no filter" for mode in MODES), "deletion of a document"):
        grown = large[name] / large["SELECT 1"] / (small[name] / small["SELECT 1"])
        assert grown < SIZES[1] / SIZES[0] / 2, name
