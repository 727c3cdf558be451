"""LibreOffice's side of the tests: runs under a Python that has `uno`, keeps one soffice alive, speaks JSON lines.

Started as `python uno_worker.py SOFFICE FOLDER`. Every line of standard input is one request, every line of standard
output its answer; at the end of input soffice is ended. Needs nothing but `uno` and the standard library, for the
system's Python may be another one than the tests'.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.table import CellRangeAddress, TableSortField
from com.sun.star.uno import Exception as UnoError

SECONDS_TO_START = 120
SECONDS_TO_END = 10
FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".fods": "OpenDocument Spreadsheet Flat XML",
    ".html": "HTML (StarCalc)",
    ".pdf": "calc_pdf_Export",
}
DAY_FORMAT = "YYYY-MM-DD"
Block = Any  # rows of cells: None, text, number, {"day": number} or {"formula": text}


def properties(**named: Any) -> tuple[PropertyValue, ...]:
    return tuple(PropertyValue(name, 0, value, 0) for name, value in named.items())


class Desk:
    """A running soffice and the workbooks opened in it, by handle; its public methods are what may be asked for."""

    def __init__(self, soffice: str, folder: str) -> None:
        pipe = f"rectify_xl_{Path(folder).name}".replace("-", "_")
        profile = (Path(folder) / "profile").as_uri()
        options = ["--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
        listening = f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"
        command = [soffice, *options, "--nofirststartwizard", f"-env:UserInstallation={profile}", listening]
        # Its chatter goes to standard error: standard output carries answers alone.
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        self.books: dict[int, Any] = {}
        self.seen_sheets: dict[tuple[int, str], Any] = {}
        self.day_formats: dict[int, int] = {}
        self.opened = 0
        self.desktop = self._connect(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")

    def _connect(self, url: str) -> Any:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                context = resolver.resolve(url)
                return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            except NoConnectException:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *raised: object) -> None:
        try:
            for book in self.books.values():
                book.close(True)
            self.desktop.terminate()
            self.process.wait(SECONDS_TO_END)
        except (UnoError, subprocess.TimeoutExpired):
            self.process.kill()

    # ---- requests: places and areas are A1 names, rows and columns count from 0

    def open(self, path: str) -> int:
        book = self.desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, properties(Hidden=True))
        if book is None:
            raise ValueError(f"LibreOffice cannot open {path}")
        book.enableAutomaticCalculation(False)
        # Nobody looks at its rows or takes back what was typed.
        book.IsAdjustHeightEnabled = book.IsUndoEnabled = False
        handle = self.opened = self.opened + 1
        self.books[handle] = book
        return handle

    def sheets(self, book: int) -> list[str]:
        return list(self.books[book].Sheets.ElementNames)

    def write(self, book: int, sheet: str, at: str, cells: Block) -> None:
        area = self._block(book, sheet, at, cells)
        area.setDataArray(tuple(tuple(plain(cell) for cell in row) for row in cells))
        special = [(i, j, cell) for i, row in enumerate(cells) for j, cell in enumerate(row) if isinstance(cell, dict)]
        for i, j, cell in special:
            if "formula" in cell:
                area.getCellByPosition(j, i).setFormula(cell["formula"])
        if days := [(i, j) for i, j, cell in special if "day" in cell]:
            self._show_days(book, area.RangeAddress, days)

    def write_formulas(self, book: int, sheet: str, at: str, formulas: Block) -> None:
        self._block(book, sheet, at, formulas).setFormulaArray(tuple(map(tuple, formulas)))

    def read(self, book: int, sheet: str, area: str) -> Any:
        return self._area(book, sheet, area).getDataArray()

    def formulas(self, book: int, sheet: str, area: str) -> Any:
        return self._area(book, sheet, area).getFormulaArray()

    def clear(self, book: int, sheet: str, area: str) -> None:
        self._area(book, sheet, area).clearContents(1 | 2 | 4 | 16)  # numbers, dates, texts, formulas: formats stay

    def calculate(self, book: int) -> None:
        self.books[book].calculateAll()

    def insert_rows(self, book: int, sheet: str, row: int, count: int) -> None:
        self._sheet(book, sheet).Rows.insertByIndex(row, count)

    def delete_rows(self, book: int, sheet: str, row: int, count: int) -> None:
        self._sheet(book, sheet).Rows.removeByIndex(row, count)

    def sort(self, book: int, sheet: str, area: str, *, by: int, ascending: bool) -> None:
        field = TableSortField()
        field.Field, field.IsAscending = by, ascending
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        self._area(book, sheet, area).sort(properties(SortFields=fields, ContainsHeader=False))

    def move(self, book: int, sheet: str, area: str, to: str) -> None:
        source, target = self._area(book, sheet, area), self._area(book, sheet, to)
        self._sheet(book, sheet).moveRange(target.getCellByPosition(0, 0).CellAddress, source.RangeAddress)

    def copy(self, book: int, sheet: str, area: str, to: str) -> None:
        source, target = self._area(book, sheet, area), self._area(book, sheet, to)
        self._sheet(book, sheet).copyRange(target.getCellByPosition(0, 0).CellAddress, source.RangeAddress)

    def unprotect(self, book: int, sheet: str) -> None:
        self._sheet(book, sheet).unprotect("")

    def save(self, book: int, path: str) -> None:
        made, opened = Path(path), self.books[book]
        opened.enableAutomaticCalculation(True)  # conditions of formats too
        opened.storeToURL(made.as_uri(), properties(FilterName=FILTERS[made.suffix], Overwrite=True))
        opened.enableAutomaticCalculation(False)

    def convert(self, path: str, to: str) -> None:
        """Opens a workbook and saves it under another name, as somebody does who looks at it and changes nothing."""
        book = self.desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, properties(Hidden=True))
        if book is None:
            raise ValueError(f"LibreOffice cannot open {path}")
        try:
            made = Path(to)
            book.storeToURL(made.as_uri(), properties(FilterName=FILTERS[made.suffix], Overwrite=True))
        finally:
            book.close(True)

    def close(self, book: int) -> None:
        self.seen_sheets = {place: sheet for place, sheet in self.seen_sheets.items() if place[0] != book}
        self.books.pop(book).close(True)

    # ---- shared by them

    def _show_days(self, book: int, area: Any, places: list[tuple[int, int]]) -> None:
        """All cells of an area that hold days are formatted at once: every call costs a way to soffice and back."""
        days = self.books[book].createInstance("com.sun.star.sheet.SheetCellRanges")
        days.addRangeAddresses(tuple(_one_cell(area, *place) for place in places), False)
        days.NumberFormat = self._day_format(book)

    def _day_format(self, book: int) -> int:
        if book not in self.day_formats:
            formats, locale = self.books[book].NumberFormats, uno.createUnoStruct("com.sun.star.lang.Locale")
            known = formats.queryKey(DAY_FORMAT, locale, False)
            self.day_formats[book] = formats.addNew(DAY_FORMAT, locale) if known == -1 else known
        return self.day_formats[book]

    def _sheet(self, book: int, sheet: str) -> Any:
        if (book, sheet) not in self.seen_sheets:
            self.seen_sheets[book, sheet] = self.books[book].Sheets.getByName(sheet)
        return self.seen_sheets[book, sheet]

    def _area(self, book: int, sheet: str, area: str) -> Any:
        return self._sheet(book, sheet).getCellRangeByName(area)

    def _block(self, book: int, sheet: str, at: str, cells: Block) -> Any:
        column, row = position(at)
        last_column, last_row = column + len(cells[0]) - 1, row + len(cells) - 1
        return self._sheet(book, sheet).getCellRangeByPosition(column, row, last_column, last_row)


def position(name: str) -> tuple[int, int]:
    """Column and row of an A1 name, from 0."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return column - 1, int(name[len(letters) :]) - 1


def _one_cell(area: Any, row: int, column: int) -> CellRangeAddress:
    """The address of a cell of an area."""
    at = area.StartColumn + column, area.StartRow + row
    return CellRangeAddress(area.Sheet, *at, *at)


def plain(cell: Any) -> str | float:
    """A cell as setDataArray takes it: an empty text clears, a number must be a float."""
    if isinstance(cell, dict):
        cell = cell.get("day")
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else float(cell)


def answer(desk: Desk, line: str) -> dict[str, Any]:
    request = json.loads(line)
    do = request.pop("do")
    if do.startswith("_") or not hasattr(desk, do):
        return {"error": f"nobody knows how to {do}"}
    try:
        return {"done": getattr(desk, do)(**request)}
    except (UnoError, ValueError, TypeError, KeyError) as error:
        return {"error": f"{do}: {type(error).__name__}: {error}"}


def end_of_run(number: int, frame: object) -> None:
    raise SystemExit(1)


def main() -> None:
    signal.signal(signal.SIGTERM, end_of_run)
    with Desk(*sys.argv[1:]) as desk:
        print(json.dumps({"done": "ready"}), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer(desk, line)), flush=True)


if __name__ == "__main__":
    main()
