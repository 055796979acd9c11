"""REFI-QDA 1.0: projects (.qdpx, .qde) and codebooks (.qdc), read as programs write them."""

from __future__ import annotations

from semcode.exchange.refi.reading import is_refi, read_refi
from semcode.exchange.refi.writing import LAYOUTS, write_codebook, write_project

__all__ = ["LAYOUTS", "is_refi", "read_refi", "write_codebook", "write_project"]
