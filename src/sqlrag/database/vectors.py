"""Vectors as pgvector sends and takes them."""

import struct
from typing import Any

import numpy as np
from pgvector import HalfVector

_DIMENSIONS = struct.Struct(">HH")


def halfvec(vector: Any) -> bytes | None:
    """As pgvector sends it: two bytes of dimensions, two of nothing, and halves, all big-endian.

    Many are made here, beside the event loop: the codec would be called on it for each.
    """
    if vector is None or isinstance(vector, bytes):
        return vector
    if isinstance(vector, HalfVector):  # as one was read
        return vector.to_binary()
    halves = np.asarray(vector, dtype=">f2")
    return _DIMENSIONS.pack(halves.size, 0) + halves.tobytes()
