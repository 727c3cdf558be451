"""Clean returns: real workbooks of our own template, filled by openpyxl, in which nothing at all is wrong.

Every template of both organisations, and one workbook that holds all forms. Their rows have names, so that a mistake
can say which row it spoils.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from clean_rows import BRANCH, COVER, OFFICE, OFFICES, UNITS, Row, rows_for, settings_for

from rectify_xl import catalog
from rectify_xl.excel.package import Package
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

    def place_of(self, form: str, row: str) -> int:
        """Where a row stands among the form's rows, counted from 0."""
        return list(self.rows[form]).index(row)

    def whole(self, data: bytes) -> bytes:
        """A package made from `data`, with the self-check in its place."""
        return data if not data.startswith(b"PK") else _with_sheet(data, catalog.reading().self_check_sheet, self.check)


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
    written = _written(forms, settings)
    check, title = _sheet_of(written), catalog.reading().self_check_sheet
    empty = _with_sheet(written, title, _EMPTY)
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
    from rectify_xl.excel.template import write_template

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


# ---- the self-check taken out and put back

_EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_SHARED = re.compile(rb'(<c r="[A-Z]+\d+"[^>]*?) t="s"><v>(\d+)</v></c>')


def _sheet_of(data: bytes) -> bytes:
    """The self-check's sheet, its texts written out where they stand."""
    package = Package(data)
    root = package.tree("xl/sharedStrings.xml")
    assert root is not None
    texts = ["".join(t.text or "" for t in item.iter() if t.tag.endswith("}t")) for item in root]

    def written_out(found: re.Match[bytes]) -> bytes:
        text = texts[int(found[2])].replace("&", "&amp;").replace("<", "&lt;")
        return found[1] + f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'.encode()

    return _SHARED.sub(written_out, package.part(package.sheet_parts[catalog.reading().self_check_sheet]))


def _with_sheet(data: bytes, title: str, sheet: bytes) -> bytes:
    """The package with one sheet's part replaced; as it is where there is no such sheet."""
    part = Package(data).sheet_parts.get(title)
    return with_parts(data, {part: sheet}) if part else data


def with_parts(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The package with some parts replaced or added, the others as they are."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()} | changed
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, (2005, 5, 25, 8, 0, 0))
            package.writestr(info, part, zipfile.ZIP_DEFLATED, compresslevel=1)
    return held.getvalue()
