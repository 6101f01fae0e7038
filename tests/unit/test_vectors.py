"""Vectors on their way to Postgres."""

import numpy as np
import pytest
from pgvector import HalfVector

from sqlrag.database.vectors import halfvec

NUMBERS = [0.5, -2.0, 0.25]


@pytest.mark.parametrize(
    "given", [NUMBERS, np.array(NUMBERS), np.array(NUMBERS, np.float16), HalfVector(NUMBERS)]
)
def test_a_vector_of_any_kind_is_sent_as_pgvector_sends_it(given: object) -> None:
    assert halfvec(given) == HalfVector(NUMBERS).to_binary()
    assert halfvec(halfvec(given)) == halfvec(given)
