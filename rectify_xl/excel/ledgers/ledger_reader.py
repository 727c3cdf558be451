"""Reads a ledger workbook back: sheets are recognised by title or header, wherever their columns and rows are now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rectify_xl.errors import WrongUse
from rectify_xl.excel.reading.reader import values_of
from rectify_xl.facts import catalog
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import Reading, Setting, as_text, parser_for
from rectify_xl.layouts.ledger_layouts import Layout, LedgerSheet, form_layouts, sheets_in, side_layouts
from rectify_xl.model import Column, Table
from rectify_xl.normal import key_text

if TYPE_CHECKING:
    import pandas as pd


def read_ledger(path: Path | str) -> dict[str, pd.DataFrame]:
    """A ledger workbook as frames by form name: columns in English, as `Result.rows` has them.

    A form without a sheet is left out. Raises OSError, and WrongUse for what is no workbook or no ledger.
    """
    from rectify_xl.frames.build import frame_of
    from rectify_xl.frames.columns import ledger_kinds

    forms = catalog.forms()
    data = Path(path).read_bytes()
    try:
        values = values_of(data)
    except Unreadable as error:
        raise WrongUse(str(path), "no-ledger") from error
    sheets = list(sheets_in(values))
    if _is_return(values, sheets):
        raise WrongUse(str(path), "return-no-ledger")
    if all(sheet.layout is side_layouts()["about"] for sheet in sheets):  # any sheet with a name and a value is like it
        raise WrongUse(str(path), "no-ledger")
    tables = tables_of(sheets)
    return {name: frame_of(table, ledger_kinds(forms[name])) for name, table in tables.items()}


def _is_return(titles: Iterable[str], sheets: Iterable[LedgerSheet]) -> bool:
    """Whether a workbook has a unit's cover, or forms of which no row says whose it is."""
    cover = key_text(catalog.cover().sheet)
    of_forms = [sheet for sheet in sheets if sheet.layout.name in form_layouts()]
    has_units = any(sheet.place_of("unit_code") is not None for sheet in of_forms)
    return any(key_text(title) == cover for title in titles) or (bool(of_forms) and not has_units)


def read_ledger_tables(data: bytes) -> dict[str, Table]:
    """The rows of each form's sheets in the order of the workbook, columns as `ledger_columns`.

    Values have the type of their column; one that cannot be read as that type is the typed text.
    """
    return _tables(data, form_layouts())


def read_side_tables(data: bytes) -> dict[str, Table]:
    """The sheets beside the forms, as `ledger_table` makes them: solved, pending, files and about."""
    return _tables(data, side_layouts())


def tables_of(sheets: Iterable[LedgerSheet]) -> dict[str, Table]:
    """`read_ledger_tables` for the sheets of a ledger, already read."""
    return _tables_of(sheets, form_layouts())


def _tables(data: bytes, wanted: Mapping[str, Layout]) -> dict[str, Table]:
    return _tables_of(sheets_in(values_of(data)), wanted)


def _tables_of(sheets: Iterable[LedgerSheet], wanted: Mapping[str, Layout]) -> dict[str, Table]:
    rows: dict[Layout, list[tuple[Any, ...]]] = {}
    for sheet in sheets:
        rows.setdefault(sheet.layout, []).extend(_rows_below(sheet))
    return {
        name: Table(tuple(column.name for column in layout.columns), rows[layout])
        for name, layout in wanted.items()
        if layout in rows
    }


# ---- its rows


def _rows_below(sheet: LedgerSheet) -> Iterator[tuple[Any, ...]]:
    """The rows that hold anything in our columns, their values typed."""
    readers = [_READERS[column.kind](column) for column in sheet.layout.columns]
    for _, cells in sheet.rows():
        yield tuple(None if value == "" else read(value) for read, value in zip(readers, cells, strict=True))


Reader = Callable[[Any], Any]


def _text_reader(column: Column) -> Reader:
    return lambda value: value if value.__class__ is str else as_text(value)


def _number_reader(column: Column) -> Reader:
    kind = int if column.kind == "integer" else float

    def read(value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and kind(value) == value:
            return kind(value)
        return as_text(value)

    return read


def _date_reader(column: Column) -> Reader:
    parse = parser_for(column, Setting(lists={}, aliases={}))

    def read(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        parsed = parse(value)
        day = parsed.value if isinstance(parsed, Reading) else parsed
        return day if isinstance(day, date) else as_text(value)

    return read


_READERS: Mapping[str, Callable[[Column], Reader]] = {
    "text": _text_reader,
    "choice": _text_reader,
    "yesno": _text_reader,
    "people": _text_reader,
    "id": _text_reader,
    "date": _date_reader,
    "integer": _number_reader,
    "percent": _number_reader,
}
