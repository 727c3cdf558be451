"""A workbook that openpyxl reads once and many want to change: unpacking it takes a tenth of reading it again."""

from __future__ import annotations

import pickle
from functools import lru_cache
from io import BytesIO
from typing import Any


@lru_cache(maxsize=32)
def packed(data: bytes) -> bytes:
    """The workbook of a package as openpyxl reads it, pickled."""
    import openpyxl

    return pickle.dumps(openpyxl.load_workbook(BytesIO(data)), pickle.HIGHEST_PROTOCOL)


def opened(data: bytes) -> Any:
    """The package open in openpyxl, a workbook of its own at every call."""
    book = pickle.loads(packed(data))
    for sheet in book:  # how it makes a row's or a column's dimensions is lost on the way
        sheet.row_dimensions.default_factory = sheet._add_row
        sheet.column_dimensions.default_factory = sheet._add_column
    return book
