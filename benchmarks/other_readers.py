"""The cells of a workbook as other people's readers tell them, by (sheet, row from 1, column from 0): what ours is held against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from importlib.util import find_spec
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.utils.datetime import to_excel

Cells = dict[tuple[str, int, int], Any]
# The reader of each kind of workbook, where it is installed.
_NEEDS = {"xlsx": "openpyxl", "xls": "xlrd", "xlsb": "pyxlsb", "ods": "odf"}
_EPOCH = datetime(1899, 12, 30)
# Of a row or cell that says it stands there very often.
_MOST = 2_000


def kind_of(data: bytes) -> str:
    """xlsx, xls, xlsb, ods, or "" for what nobody is asked about."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        kind = "xls"
    elif not data.startswith(b"PK"):
        kind = ""
    elif b"xl/workbook.bin" in data:
        kind = "xlsb"
    else:
        kind = "ods" if b"content.xml" in data else "xlsx"
    return kind if kind and find_spec(_NEEDS[kind]) else ""


def cells_of(data: bytes, kind: str) -> tuple[Cells, datetime]:
    """The cells that hold something, and the day from which its days are counted."""
    if kind == "xlsx":
        book = openpyxl.load_workbook(BytesIO(data), data_only=True)
        return dict(_xlsx(book)), book.epoch
    if kind == "xls":
        return _xls(data)
    return dict(_ods(data) if kind == "ods" else _xlsb(data)), _EPOCH


def serial(value: Any, epoch: datetime) -> float:
    """A number, a day, a time or a duration as the number that stands in the file."""
    if isinstance(value, timedelta):
        return value.total_seconds() / 86_400
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    return float(to_excel(value, epoch)) if isinstance(value, (date, time)) else float(value)


def _xlsx(book: Any) -> Iterator[tuple[tuple[str, int, int], Any]]:
    for sheet in book.worksheets:
        for (row, column), cell in sheet._cells.items():
            if cell.value is not None and cell.value != "":
                yield (sheet.title, row, column - 1), cell.value


def _xls(data: bytes) -> tuple[Cells, datetime]:
    import xlrd

    book = xlrd.open_workbook(file_contents=data)
    return dict(_xls_cells(book)), datetime(1904, 1, 1) if book.datemode else _EPOCH


def _xls_cells(book: Any) -> Iterator[tuple[tuple[str, int, int], Any]]:
    import xlrd

    for sheet in book.sheets():
        for row in range(sheet.nrows):
            for column in range(sheet.row_len(row)):
                kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
                if kind == xlrd.XL_CELL_ERROR:
                    yield (sheet.name, row + 1, column), xlrd.error_text_from_code.get(value, "#?")
                elif kind == xlrd.XL_CELL_BOOLEAN:
                    yield (sheet.name, row + 1, column), bool(value)
                elif kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) and value != "":
                    yield (sheet.name, row + 1, column), value


def _xlsb(data: bytes) -> Iterator[tuple[tuple[str, int, int], Any]]:
    import pyxlsb

    with pyxlsb.open_workbook(BytesIO(data)) as book:
        for name in book.sheets:
            with book.get_sheet(name) as sheet:
                for row in sheet.rows(sparse=True):
                    for cell in row:
                        if cell.v is not None and cell.v != "":
                            yield (name, cell.r + 1, cell.c), cell.v


def _ods(data: bytes) -> Iterator[tuple[tuple[str, int, int], Any]]:
    from odf.namespaces import OFFICENS, TABLENS
    from odf.opendocument import load

    def repeated(node: Any, what: str) -> int:
        return int(node.attributes.get((TABLENS, f"number-{what}-repeated"), 1))

    sheets = load(BytesIO(data)).spreadsheet.childNodes
    for sheet in (node for node in sheets if node.qname == (TABLENS, "table")):
        title, row = sheet.attributes[(TABLENS, "name")], 1
        for line in _inside(sheet, "table-row"):
            column, count = 0, repeated(line, "rows")
            for cell in line.childNodes:
                wide = repeated(cell, "columns")
                if cell.qname == (TABLENS, "table-cell") and (value := _ods_value(cell, OFFICENS)) not in (None, ""):
                    for at in range(min(count, _MOST)):
                        for by in range(min(wide, _MOST)):
                            yield (title, row + at, column + by), value
                column += wide
            row += count


def _inside(node: Any, local: str) -> Iterator[Any]:
    """The rows of a table, those in groups among them."""
    for child in node.childNodes:
        name = child.qname[1] if child.nodeType == 1 else ""
        if name == local:
            yield child
        elif name in ("table-rows", "table-row-group", "table-header-rows"):
            yield from _inside(child, local)


def _ods_value(cell: Any, office: str) -> Any:
    held = cell.attributes
    kind = held.get((office, "value-type"))
    if kind in ("float", "percentage", "currency"):
        return float(held[(office, "value")])
    if kind == "boolean":
        return held[(office, "boolean-value")] == "true"
    if kind == "date":
        return datetime.fromisoformat(held[(office, "date-value")].rstrip("Z"))
    if kind is None:
        return None
    return held.get((office, "string-value")) or "\n".join(_texts(cell)) or held.get((office, "time-value"))


def _texts(cell: Any) -> Iterator[str]:
    from odf.teletype import extractText

    for node in cell.childNodes:
        if node.nodeType == 1 and node.qname[1] in ("p", "h"):
            yield extractText(node)
