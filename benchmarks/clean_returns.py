"""Clean returns: real workbooks of our own template, filled by openpyxl, in which nothing at all is wrong.

Every template of both organisations, and one workbook that holds all forms. Their rows have names, so that a mistake
can say which row it spoils.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from clean_rows import BRANCH, COVER, OFFICE, OFFICES, UNITS, Row, rows_for, settings_for
from packed_books import opened
from set_aside import set_aside, with_check

from rectify_xl.facts import catalog
from rectify_xl.model import Form, Settings, Unit

# ---- the workbooks


@dataclass(frozen=True, kw_only=True)
class Clean:
    """A clean workbook: `data` is the package with an empty sheet where its self-check (`check`) belongs.

    openpyxl would rewrite the ten thousands of formulas of the self-check for every mistake; `whole` puts it back.
    """

    name: str
    office: str
    settings: Settings
    forms: tuple[Form, ...]
    unit: Unit
    rows: Mapping[str, Mapping[str, Row]]
    data: bytes
    check: bytes

    def opened(self) -> Any:
        """`data` open in openpyxl, a workbook of its own at every call."""
        return opened(self.data)

    def place_of(self, form: str, row: str) -> int:
        """Where a row stands among the form's rows, counted from 0."""
        return list(self.rows[form]).index(row)

    def whole(self, data: bytes) -> bytes:
        """A package made from `data`, with the self-check in its place."""
        return data if not data.startswith(b"PK") else with_check(data, self.check)


def clean_names() -> list[tuple[str, str]]:
    """(office, workbook) of every clean workbook: each template of the catalogue, and one of all forms."""
    return [(office, name) for office in OFFICES for name in (*catalog.templates(), "")]


@cache
def clean(office: str, template: str) -> Clean:
    """The clean workbook of a template, "" for that of all forms."""
    forms = catalog.templates()[template] if template else tuple(catalog.forms().values())
    settings, by_office = settings_for(office), any(form.filled_by == "office" for form in forms)
    unit = UNITS[office][OFFICE if by_office else BRANCH]
    rows = {form.name: rows_for(form.name, office) for form in forms}
    if by_office:  # numbers that the branch was given are not the office's
        rows = {name: _own_numbers(held, name, unit) for name, held in rows.items()}
    empty, check = set_aside(_written(forms, settings))
    return Clean(
        name=f"{office} {template or '全部表单'}",
        office=office,
        settings=settings,
        forms=forms,
        unit=unit,
        rows=rows,
        data=_filled(empty, forms, {**COVER, "unit_code": unit.code, "unit_name": unit.name}, rows),
        check=check,
    )


def _own_numbers(rows: Mapping[str, Row], form: str, unit: Unit) -> dict[str, Row]:
    numbers = (f"{unit.code}-{catalog.forms()[form].id_letter}{count:03}" for count in range(1, 1000))
    numbered = {name: {**row, "item_id": next(numbers)} for name, row in rows.items() if row.get("item_id")}
    return {**rows, **numbered}


def _written(forms: Iterable[Form], settings: Settings) -> bytes:
    from rectify_xl.excel.templates.template import write_template

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(list(forms), path, settings)
        return path.read_bytes()


def _filled(data: bytes, forms: Iterable[Form], cover: Row, rows: Mapping[str, Mapping[str, Row]]) -> bytes:
    """The workbook filled by openpyxl, found by labels as a clerk finds them."""
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(data))
    for name, value in cover.items():
        cover_cell(book, name).value = value
    for form in forms:
        sheet, letters = book[form.title], columns_of(book, form)
        for offset, row in enumerate(rows[form.name].values(), start=header_row(book, form) + 1):
            for name, value in row.items():
                sheet[f"{letters[name]}{offset}"].value = value
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def cover_cell(book: Any, name: str) -> Any:
    """The openpyxl cell that holds a field of the cover."""
    label = catalog.cover().column(name).label
    for line in book[catalog.cover().sheet].iter_rows(max_row=60):
        for cell in line:
            if cell.value == label:
                return cell.offset(column=1)
    raise KeyError(name)


def header_row(book: Any, form: Form) -> int:
    """Excel's row of a form's header."""
    labels = {column.label for column in form.columns}
    said = [[_label(cell.value) for cell in line] for line in book[form.title].iter_rows(max_row=30)]
    return max(range(len(said)), key=lambda at: len(labels.intersection(said[at]))) + 1


def columns_of(book: Any, form: Form) -> dict[str, str]:
    """The column letters of a form's sheet by column name."""
    at = {_label(cell.value): cell.column_letter for cell in book[form.title][header_row(book, form)] if cell.value}
    return {column.name: at[column.label] for column in form.columns if column.label in at}


def _label(value: Any) -> str:
    return str(value).rstrip("*").replace("\n", "")
