"""Reads a ledger workbook back: sheets known by title or header, wherever their columns and rows stand now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.excel.reader import values_of
from rectify_xl.kinds import Reading, Setting, as_text, parser_for
from rectify_xl.ledger_table import declared, ledger_columns, solved_columns
from rectify_xl.model import Column, Table
from rectify_xl.normal import key_text

if TYPE_CHECKING:
    import pandas as pd

# How much of a sheet's labels must stand in a row for it to be the header of a sheet with a title of its own.
_ENOUGH = 0.8
_ENDING = re.compile(r"\s*\(\d+\)\Z")


class Layout(NamedTuple):
    """A sheet that may be found: what it is titled and which columns it has."""

    title: str
    columns: tuple[Column, ...]


def read_ledger(path: Path | str) -> dict[str, pd.DataFrame]:
    """A ledger workbook as frames by form name: columns in English, as `Result.rows` has them.

    A form without a sheet is left out. Raises OSError, and grid.Unreadable for what is no workbook.
    """
    from rectify_xl.frames import frame_of

    forms = catalog.forms()
    tables = read_ledger_tables(Path(path).read_bytes())
    return {name: frame_of(table, forms[name]) for name, table in tables.items()}


def read_ledger_tables(data: bytes) -> dict[str, Table]:
    """The rows of each form's sheets in the order in which they stand, columns as `ledger_table.ledger_columns`.

    Values are typed as the columns ask for; what cannot be read as that stands as typed, in `str`.
    """
    return _tables(data, _form_layouts())


def read_side_tables(data: bytes) -> dict[str, Table]:
    """The sheets beside the forms, as `ledger_table` makes them: solved, pending, files and about."""
    return _tables(data, _side_layouts())


def _form_layouts() -> dict[str, Layout]:
    forms = (form for form in catalog.forms().values() if not form.restricted)
    return {form.name: Layout(form.title, ledger_columns(form)) for form in forms}


def _side_layouts() -> dict[str, Layout]:
    facts = catalog.words("ledger")
    layouts = {part: Layout(facts[part]["title"], declared(part, "columns")) for part in ("pending", "files", "about")}
    return {"solved": Layout(facts["solved"]["title"], solved_columns()), **layouts}


def _tables(data: bytes, wanted: Mapping[str, Layout]) -> dict[str, Table]:
    layouts = (*_form_layouts().values(), *_side_layouts().values())
    rows: dict[Layout, list[tuple[Any, ...]]] = {}
    for title, values in values_of(data).items():
        if found := _layout_of(title, values, layouts):
            layout, header = found
            rows.setdefault(layout, []).extend(_rows_below(values, header, layout.columns))
    return {
        name: Table(tuple(column.name for column in layout.columns), rows[layout])
        for name, layout in wanted.items()
        if layout in rows
    }


# ---- which sheet this is


def _layout_of(title: str, values: Sequence[Sequence[Any]], layouts: Sequence[Layout]) -> tuple[Layout, int] | None:
    """The layout of a sheet and the place of its header, by its title or, if it was renamed, by its labels."""
    titled = key_text(_ENDING.sub("", title))
    found = [(layout, *_header_of(values, layout.columns)) for layout in layouts]
    for layout, share, header in found:
        if share and key_text(layout.title) == titled:
            return layout, header
    layout, share, header = max(found, key=lambda held: (held[1], len(held[0].columns)))
    return (layout, header) if share >= _ENOUGH else None


def _header_of(values: Sequence[Sequence[Any]], columns: Sequence[Column]) -> tuple[float, int]:
    """The share of the labels in the row that has most of them, and its place; one label alone is no header."""
    labels = {key_text(column.label) for column in columns}
    counted = [len(labels & _keys(row)) for row in values[: catalog.reading().header_within_rows]]
    most = max(counted, default=0)
    return (most / len(labels), counted.index(most)) if most > 1 else (0.0, 0)


def _keys(row: Sequence[Any]) -> set[str]:
    return {key_text(value) for value in row if isinstance(value, str)}


# ---- its rows


def _rows_below(values: Sequence[Sequence[Any]], header: int, columns: Sequence[Column]) -> Iterator[tuple[Any, ...]]:
    """The rows that hold anything in our columns, typed."""
    places = _places(values[header], columns)
    readers = [_READERS[column.kind](column) for column in columns]
    for row in values[header + 1 :]:
        cells = [row[place] if place is not None and place < len(row) else "" for place in places]
        if any(value != "" for value in cells):
            yield tuple(None if value == "" else read(value) for read, value in zip(readers, cells, strict=True))


def _places(header: Sequence[Any], columns: Sequence[Column]) -> list[int | None]:
    """Where each column stands; of columns with one label the first of ours is the leftmost."""
    standing: dict[str, list[int]] = {}
    for place, value in enumerate(header):
        if isinstance(value, str):
            standing.setdefault(key_text(value), []).append(place)
    held = [standing.get(key_text(column.label), []) for column in columns]
    return [places.pop(0) if places else None for places in held]


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
        understood = parse(value)
        understood = understood.value if isinstance(understood, Reading) else understood
        return understood if isinstance(understood, date) else as_text(value)

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
