"""A received file's bytes as a RawBook: its kind by its content; plain sheets read by calamine, odd ones exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from itertools import chain
from math import isfinite
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from rectify_xl.excel.reading.exact_texts import read_texts
from rectify_xl.excel.reading.large_book import is_large, read_large
from rectify_xl.excel.reading.ods_content import (
    CONTENT,
    SheetExtras,
    bare_package,
    extras_in,
    is_locked,
    is_spreadsheet,
    with_extras,
)
from rectify_xl.excel.reading.ole_files import OLE, audit_ole
from rectify_xl.excel.reading.package import Package, SheetAbout
from rectify_xl.excel.reading.plain_package import IsUnread, packed, plain_book, sheets_to_read
from rectify_xl.excel.reading.sheet_reader import ExactSheet, Shared, read_sheet
from rectify_xl.excel.reading.xml_parts import as_utf_8
from rectify_xl.facts import catalog
from rectify_xl.facts.limits import limits
from rectify_xl.grid import Grid, RawBook, Unreadable
from rectify_xl.zips.zipped import SIGNATURE, damaged, directory, has_directory, stored

_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"{\\rtf", "word"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MSCF", "archive"),
)
# Parts of other programs' packages that hold no values; calamine gets the rest.
_NO_VALUES = ("media/", "pictures/", "theme/", "thumbnails/", "docprops/")
# The fast reader tells days before it one day off, and serials that are no day as times.
_FIRST_SURE_DAY = date(1900, 3, 1)


def read_workbook(data: bytes) -> RawBook:
    """The sheets and the self-description of a workbook; raises Unreadable with the finding code that refuses it."""
    if len(data) > (most := limits().file_bytes):
        raise Unreadable("too-large", size=len(data), limit=most)
    if data.startswith(SIGNATURE):
        return _read_package(Package(data))
    if data.startswith(OLE):
        audit_ole(data)
        return RawBook(sheets=tuple(_calamine_grids(data)), is_half_seen=True)
    raise Unreadable("not-a-workbook", _file_kind(data))


def _file_kind(data: bytes) -> str:
    """The kind of a file that is no workbook: the case of its sentence; raises damaged for bytes before a zip."""
    if not data.strip():
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[257:262] == b"ustar":
        return "archive"
    if has_directory(data):
        return "" if not directory(data) else damaged()
    head = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if b"<html" in head or b"<!doctype html" in head or b"<table" in head:
        return "html"
    if head.startswith(b"<?xml"):
        return "xml"
    if b"\0" in head:
        return ""
    return "csv" if b"," in head or b"\t" in head else "text"


def _read_package(package: Package) -> RawBook:
    main = package.workbook_part
    if main not in package and is_locked(package):
        raise Unreadable("encrypted")
    if main not in package and CONTENT in package:
        return _read_ods(package)
    if main not in package or not main.endswith((".xml", ".bin")) or main.startswith(("word/", "ppt/", "visio/")):
        raise Unreadable("not-a-workbook", "word" if any(n.startswith("word/") for n in package.names) else "")
    raw_book = partial(
        RawBook,
        saved=package.saved,
        has_macros=package.has_macros,
        has_external_links=package.has_external_links,
    )
    if main.endswith(".bin"):
        package.refuse_document_types()
        return raw_book(sheets=tuple(_calamine_grids(_value_parts(package))), is_half_seen=True)
    sheets = sheets_to_read(package, is_unread)
    grids, external_link = (_large_grids if is_large(package, sheets) else _xlsx_grids)(package, sheets)
    package.refuse_document_types()
    return raw_book(
        sheets=grids,
        has_external_links=package.has_external_links or external_link is not None,
        external_link=external_link if external_link and external_link[1] else None,
        no_table=not sheets,
    )


def _value_parts(package: Package) -> bytes:
    """The parts that may hold values, audited and inflated: calamine inflates nothing by itself."""
    wanted = [name for name in package.names if not any(part in name.lower() for part in _NO_VALUES)]
    return stored({name: package.part(name) for name in wanted})


def is_unread(title: str, visible: bool) -> bool:
    """Whether a sheet is one of our templates' that nobody fills in; one that shows may be a clerk's own."""
    facts = catalog.reading()
    return title == facts.instructions_sheet or (not visible and title in (facts.lists_sheet, facts.self_check_sheet))


# ---- .xlsx

# The worksheets of a package, and sheet and cell of the first formula that leads out of it.
SheetsRead = tuple[tuple[Grid, ...], tuple[str, str] | None]


def _large_grids(package: Package, sheets: tuple[SheetAbout, ...]) -> SheetsRead:
    formats, counts_from_1904 = package.formats, package.counts_from_1904

    def fast(sheet: bytes, texts: bytes) -> Grid | None:
        (fast_sheet,) = _fast_sheets(packed({"1": sheet}, texts, formats, counts_from_1904)).values()
        return _fast_grid(fast_sheet, "")

    return read_large(package, sheets, fast)


def _xlsx_grids(package: Package, sheets: tuple[SheetAbout, ...]) -> SheetsRead:
    book = plain_book(package, sheets)
    exact, counts_from_1904 = _Exact(package), package.counts_from_1904
    fast = _fast_sheets(book.fast) if book.fast else {}
    grids = []
    for about in sheets:
        fast_sheet = fast.get(about.part)
        grid = book.usual.get(about.part) or (_fast_grid(fast_sheet, about.title) if fast_sheet is not None else None)
        grid = grid or exact.grid(about.title, book.parts[about.part], about.part)
        is_percent = partial(package.is_percent, about.part)
        grid = replace(grid, title=about.title, visible=about.visible, is_percent=is_percent)
        grids.append(replace(grid, counts_from_1904=True) if counts_from_1904 else grid)
    return tuple(grids), book.external_link


def _fast_sheets(data: bytes) -> Mapping[str, Any]:
    """The sheets of a plain package by the names of their parts."""
    book = _open(data)
    return {name: _guarded(partial(book.get_sheet_by_name, name)) for name in book.sheet_names}


def _fast_grid(sheet: Any, title: str) -> Grid | None:
    """A sheet as calamine has it; None where its values say that it must be read exactly."""
    grid = _grid(sheet, title)
    flat = list(chain.from_iterable(grid.rows))
    kinds = set(map(type, flat))
    if time in kinds or timedelta in kinds:
        return None
    if date in kinds and min(v for v in flat if v.__class__ is date) < _FIRST_SURE_DAY:
        return None
    if datetime in kinds and min(v for v in flat if v.__class__ is datetime).date() < _FIRST_SURE_DAY:
        return None
    return replace(grid, is_plain=True) if isfinite(sum(v for v in flat if v.__class__ is float)) else None


class _Exact:
    """The exact reader over the sheets of one workbook; what they share is read when first asked for."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._shared: Shared | None = None

    def grid(self, title: str, data: bytes, part: str) -> Grid:
        """A sheet read exactly."""
        if self._shared is None:
            package = self._package
            texts = read_texts(package.related("sharedStrings"))
            self._shared = Shared(texts=texts, formats=package.formats, counts_from_1904=package.counts_from_1904)
        sheet: ExactSheet = read_sheet(data, part, self._shared)
        return Grid(title=title, rows=sheet.rows, hidden_rows=tuple(sheet.hidden), merges=sheet.merges, far=sheet.far)


# ---- calamine


def _open(data: bytes) -> Any:
    return _guarded(partial(CalamineWorkbook.from_filelike, BytesIO(data)))


def _guarded(call: Callable[[], Any]) -> Any:
    """What a call of calamine gives; its errors and its panics become Unreadable."""
    try:
        return call()
    except PasswordError as error:
        raise Unreadable("encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("damaged") from error
    except BaseException as error:  # a panic in Rust comes as one, and has no name to be caught by
        if error.__class__.__name__ != "PanicException":
            raise
        raise Unreadable("damaged") from None


def _calamine_grids(data: bytes, unread: IsUnread = lambda title, visible: False) -> list[Grid]:
    """Every worksheet but those that need not be read, as calamine has them."""
    book = _open(data)
    grids = []
    for about in _guarded(lambda: book.sheets_metadata):
        visible = about.visible == SheetVisibleEnum.Visible
        if about.typ == SheetTypeEnum.WorkSheet and not unread(about.name, visible):
            grid = _grid(_guarded(partial(book.get_sheet_by_name, about.name)), about.name)
            grids.append(replace(grid, visible=visible))
    return grids


def _grid(sheet: Any, title: str) -> Grid:
    row, column = sheet.start or (0, 0)
    merges = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    rows = _guarded(sheet.to_python)
    return Grid(title=title, rows=rows, first_row=row + 1, first_column=column, merges=merges)


# ---- OpenDocument


def _read_ods(package: Package) -> RawBook:
    content, _ = as_utf_8(package.part(CONTENT), CONTENT)
    extras = extras_in(content)
    if not is_spreadsheet(content):
        is_text = b"opendocument.text" in package.part("mimetype")
        raise Unreadable("not-a-workbook", "word" if is_text else "")
    grids = _calamine_grids(bare_package(content), is_unread)
    return RawBook(sheets=tuple(with_extras(grid, extras.get(grid.title, SheetExtras())) for grid in grids))


def values_of(data: bytes, wanted: Sequence[str] = ()) -> dict[str, list[list[Any]]]:
    """The values of a workbook of our own by sheet title, from A1 on (all sheets unless `wanted` names some)."""
    tables: dict[str, list[list[Any]]] = {}
    for grid in _calamine_grids(data):
        if not wanted or grid.title in wanted:
            rows = [[""] * grid.first_column + list(values) for values in grid.rows]
            tables[grid.title] = [[] for _ in range(grid.first_row - 1)] + rows
    return tables
