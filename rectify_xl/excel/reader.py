"""A received file's bytes as a RawBook: the values once by calamine, the rest by a look into the package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from rectify_xl import catalog
from rectify_xl.excel.ods_merges import CONTENT, ods_merges
from rectify_xl.excel.package import Package, SheetExtras
from rectify_xl.grid import Grid, RawBook, Unreadable

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"{\\rtf", "word"),
)


def read_workbook(data: bytes) -> RawBook:
    """The sheets and the self-description of a workbook; raises Unreadable with the finding code that refuses it."""
    if data.startswith(_ZIP):
        return _read_package(data)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("encrypted")
        return RawBook(sheets=tuple(_grid(sheet, None) for sheet in _calamine_sheets(data)))
    raise Unreadable("not-a-workbook", _nature(data))


def _nature(data: bytes) -> str:
    """What a file that is no workbook looks like: the case of its sentence."""
    if not data.strip():
        return "empty"
    for magic, nature in _MAGIC:
        if data.startswith(magic):
            return nature
    head = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if b"<html" in head or b"<!doctype html" in head or b"<table" in head:
        return "html"
    if head.startswith(b"<?xml"):
        return "xml"
    if b"\0" in head:
        return ""
    return "csv" if b"," in head or b"\t" in head else "text"


def _read_package(data: bytes) -> RawBook:
    package = Package(data)
    if not any(name.endswith(("workbook.xml", "workbook.bin", "content.xml")) for name in package.names):
        raise Unreadable("not-a-workbook", "word" if any(n.startswith("word/") for n in package.names) else "")
    is_xlsx = bool(package.part(package.workbook_part))
    sheets = tuple(_grid(sheet, package if is_xlsx else None) for sheet in _calamine_sheets(data, _is_unread))
    if not is_xlsx:
        merges = ods_merges(package.part(CONTENT))
        sheets = tuple(replace(grid, merges=merges.get(grid.title, ())) for grid in sheets)
    return RawBook(
        sheets=sheets,
        saved=package.saved,
        has_macros=package.has_macros,
        has_external_links=package.has_external_links,
    )


def _calamine_sheets(
    data: bytes, is_unread: Callable[[str, bool], bool] = lambda title, visible: False
) -> list[tuple[Any, bool]]:
    """(calamine sheet, is visible) of every worksheet but those that need not be read."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        return [
            (book.get_sheet_by_name(about.name), about.visible == SheetVisibleEnum.Visible)
            for about in book.sheets_metadata
            if about.typ == SheetTypeEnum.WorkSheet
            and not is_unread(about.name, about.visible == SheetVisibleEnum.Visible)
        ]
    except PasswordError as error:
        raise Unreadable("encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("damaged") from error


def _is_unread(title: str, visible: bool) -> bool:
    """Whether a sheet is one of our templates' that nobody fills in; one that shows may be a clerk's own."""
    facts = catalog.reading()
    return title == facts.instructions_sheet or (
        not visible and title in (facts.lists_sheet, facts.self_check_sheet)
    )


def _grid(held: tuple[Any, bool], package: Package | None) -> Grid:
    sheet, visible = held
    row, column = sheet.start or (0, 0)
    rows: list[list[Any]] = sheet.to_python()
    extras = package.extras(sheet.name) if package and visible else SheetExtras()
    for (odd_row, odd_column), value in extras.odd.items():
        _put(rows, odd_row - 1 - row, odd_column - column, value)
    return Grid(
        title=sheet.name,
        rows=rows,
        first_row=row + 1,
        first_column=column,
        visible=visible,
        hidden_rows=extras.hidden_rows,
        merges=_merges(sheet),
        is_percent=partial(package.is_percent, sheet.name) if package else _never,
    )


def _merges(sheet: Any) -> list[tuple[int, int, int, int]]:
    """The merged cells of a calamine sheet, as Grid has them."""
    return [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]


def _put(rows: list[list[Any]], row: int, column: int, value: Any) -> None:
    """Sets a cell, widening the rows where calamine trimmed them; a place before the first cell is left out."""
    if row < 0 or column < 0:
        return
    while len(rows) <= row:
        rows.append([])
    rows[row] += [""] * (column + 1 - len(rows[row]))
    rows[row][column] = value


def _never(row: int, column: int) -> bool:
    return False


def values_of(data: bytes, wanted: Sequence[str] = ()) -> dict[str, list[list[Any]]]:
    """The values of a workbook of our own by sheet title, from A1 on (all sheets unless `wanted` names some)."""
    made = {}
    for sheet, _ in _calamine_sheets(data):
        if not wanted or sheet.name in wanted:
            row, column = sheet.start or (0, 0)
            rows = [[""] * column + values for values in sheet.to_python()]
            made[sheet.name] = [[] for _ in range(row)] + rows
    return made
