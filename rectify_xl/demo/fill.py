"""Returns made from a template of ours: values typed into its cells, every other part of the workbook as it was.

A template is opened once and filled as often as there are returns, by its XML; what is not filled stays compressed, so
that a thousand returns cost seconds. Same values, same bytes. What formulas gave in the blank template is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZipFile

from rectify_xl.excel.marking.archive import Archive
from rectify_xl.excel.reading.package import Package
from rectify_xl.excel.reading.reader import values_of
from rectify_xl.excel.writing.styles import LINE_HEIGHT, height_of
from rectify_xl.facts import catalog
from rectify_xl.judging.headings import label_key
from rectify_xl.kinds import CellError
from rectify_xl.layouts.layout import COVER_LABEL, COVER_VALUE, FIRST_ROW, HEADER_ROW, column_letter
from rectify_xl.model import Form

_CORE = "docProps/core.xml"
_SHEETS = "xl/worksheets/"
_RESULT = re.compile(rb"</f><v>[^<]*</v>")
_DIMENSION = re.compile(r'(<dimension ref="[A-Z]+\d+:[A-Z]+)(\d+)')
_EPOCH = date(1899, 12, 30)
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the cells of one form are: the part, and the letter, style and width of each column by its name."""

    part: str
    letters: Mapping[str, str]
    styles: Mapping[str, str]
    widths: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blank:
    """An opened template: its bytes, the parts to be filled, where each form's columns and the cover's values stand."""

    data: bytes
    parts: Mapping[str, bytes]
    forms: Mapping[str, Place]
    cover_part: str
    cover_cells: Mapping[str, str]


def blank_for(data: bytes, forms: Sequence[Form]) -> Blank:
    """The template of some forms, ready to be filled; a column is found by its label in the header."""
    data = _without_results(data)
    package, values = Package(data), values_of(data)
    sheets = [package.sheet_parts[title] for title in (catalog.cover().sheet, *(form.title for form in forms))]
    with ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in (_CORE, *sheets)}
    cover = catalog.cover()
    labels = {label_key(str(row[COVER_LABEL])): at for at, row in enumerate(values[cover.sheet], 1) if len(row) > 1}
    value = column_letter(COVER_VALUE)
    return Blank(
        data=data,
        parts=parts,
        forms={form.name: _place(form, package, parts, values[form.title][HEADER_ROW]) for form in forms},
        cover_part=package.sheet_parts[cover.sheet],
        cover_cells={c.name: f"{value}{labels[label_key(c.label)]}" for c in cover.columns},
    )


@lru_cache(maxsize=16)
def _without_results(data: bytes) -> bytes:
    """The template without what its formulas gave while it was blank: a program would show that instead of counting."""
    package = Archive(data)
    for name in [name for name in package if name.startswith(_SHEETS)]:
        package.write(name, _RESULT.sub(b"</f>", package.read(name)))
    return package.to_bytes()


def _place(form: Form, package: Package, parts: Mapping[str, bytes], header: Sequence[Any]) -> Place:
    part = package.sheet_parts[form.title]
    at = {label_key(str(text)): index for index, text in enumerate(header)}
    indices = {column.name: at[label_key(column.label)] for column in form.columns}
    looks = dict(_column_looks(parts[part].decode()))
    return Place(
        part=part,
        letters={name: column_letter(index) for name, index in indices.items()},
        styles={name: looks[index][0] for name, index in indices.items()},
        widths={name: looks[index][1] for name, index in indices.items()},
    )


def _column_looks(sheet: str) -> Iterator[tuple[int, tuple[str, float]]]:
    """(column, (style, width)) as far as the forms reach; the rest of a sheet looks all the same."""
    for span in re.finditer(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)" style="(\d+)"', sheet):
        for index in range(int(span[1]), min(int(span[2]), 200) + 1):
            yield index - 1, (span[4], float(span[3]))


# ---- filling


def filled(
    blank: Blank,
    cover: Values,
    rows: Mapping[str, Iterable[Values]],
    *,
    saved: date,
    dropped: Iterable[tuple[str, str]] = (),
) -> bytes:
    """The template with the cover's values and the rows of each form; `dropped` columns (form, column) are wiped out.

    A value is a text, a number, a date, an error value (CellError) or None for a cell left blank.
    """
    gone, parts, package = set(dropped), blank.parts, Archive(blank.data)
    package.write(blank.cover_part, _with_cover(parts[blank.cover_part].decode(), blank, cover).encode())
    for name, place in blank.forms.items():
        kept = {column for column in place.letters if (name, column) not in gone}
        sheet = _with_rows(parts[place.part].decode(), place, list(rows.get(name, ())), kept)
        package.write(place.part, sheet.encode())
    stamp = f"{saved.isoformat()}T17:00:00Z".encode()
    package.write(_CORE, re.sub(rb"(dcterms:modified [^>]*>)[^<]*", rb"\g<1>" + stamp, parts[_CORE]))
    return package.to_bytes()


def _with_cover(sheet: str, blank: Blank, cover: Values) -> str:
    for name, value in cover.items():
        cell = blank.cover_cells[name]
        match = re.search(rf'<c r="{cell}" s="(\d+)"[^>]*?(?:/>|>.*?</c>)', sheet)
        if match is None:
            raise ValueError(f"no cell {cell} on the cover")
        sheet = sheet[: match.start()] + _cell(cell, match[1], value) + sheet[match.end() :]
    return sheet


def _with_rows(sheet: str, place: Place, rows: Sequence[Values], kept: set[str]) -> str:
    for column in place.letters.keys() - kept:
        sheet = re.sub(rf'<c r="{place.letters[column]}{HEADER_ROW + 1}"[^>]*>.*?</c>', "", sheet)
    head, prepared = re.split(rf'(?=<row r="{FIRST_ROW + 1}"|</sheetData>)', sheet, maxsplit=1)
    lines = []
    for number, row in enumerate(rows, FIRST_ROW + 1):
        match = re.match(rf'<row r="{number}"[^>]*>(.*?)</row>', prepared)
        lines.append(_row(number, place, row, kept).replace("</row>", f"{match[1] if match else ''}</row>"))
        prepared = prepared[match.end() :] if match else prepared
    return _DIMENSION.sub(
        lambda found: f"{found[1]}{max(int(found[2]), FIRST_ROW + len(rows))}", "".join((head, *lines, prepared))
    )


def _row(number: int, place: Place, row: Values, kept: set[str]) -> str:
    """A row with the form's cells; what the template itself has in a prepared row stands to the right of them."""
    cells = [
        _cell(f"{letter}{number}", place.styles[name], row[name])
        for name, letter in place.letters.items()
        if name in kept and row.get(name) is not None
    ]
    return f'<row r="{number}" ht="{_height(place, row):g}">{"".join(cells)}</row>'


def _height(place: Place, row: Values) -> float:
    """The height that a program gives a row when its texts are typed and wrapped."""
    texts = [(value, place.widths[name]) for name, value in row.items() if isinstance(value, str)]
    return max((height_of(text.split("\n"), width) for text, width in texts), default=0.0) or LINE_HEIGHT


def _cell(name: str, style: str, value: Any) -> str:
    head = f'<c r="{name}" s="{style}"'
    if value is None:
        return f"{head}/>"
    if isinstance(value, CellError):
        return f'{head} t="e"><v>{escape(value)}</v></c>'
    if isinstance(value, str):
        return f'{head} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    number = (value - _EPOCH).days if isinstance(value, date) else value
    return f"{head}><v>{number}</v></c>"
