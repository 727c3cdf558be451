"""Writes 配置.xlsx, the workbook in which an office edits its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import accumulate
from os import PathLike
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.settings.settings_choices import define_names, validation_for
from rectify_xl.excel.settings.settings_guide import set_up_print, write_guide
from rectify_xl.excel.writing.styles import LAST_ROW, Styles, height_of, must, save_workbook
from rectify_xl.facts.in_force import under_settings
from rectify_xl.files import path_from
from rectify_xl.layouts.layout import column_letter
from rectify_xl.model import Settings
from rectify_xl.office.settings.layout import SettingsColumn, SettingsSheet, settings_layout
from rectify_xl.office.settings.rows import SettingsRow, rows_for

TITLE_ROW, HINT_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2, 3
_TITLE_HEIGHT, _HEADER_HEIGHT = 30.0, 24.0
# How wide a hint is at least and at most (a wider one would leave the screen), and an unused column.
_HINT_WIDTH, _HINT_REACH, _USUAL_WIDTH = 64.0, 118.0, 9.0

# The validation of a column's cells, as the options of xlsxwriter's data_validation.
Validation = Callable[[SettingsColumn], dict[str, Any]]


@under_settings
def write_settings(settings: Settings, path: str | PathLike[str]) -> None:
    """Writes the settings so that `load_settings` reads them back equal; the same settings give the same bytes.

    Raises OSError where the file cannot be written; an existing file stays as it was then.
    """
    save_workbook(path_from(path), partial(_add_sheets, settings=settings), as_of=None)


def _add_sheets(book: Workbook, settings: Settings) -> None:
    styles = Styles(book)
    rows = rows_for(settings)
    for name, sheet in settings_layout().sheets.items():
        SHEETS.get(name, write_table)(book.add_worksheet(sheet.title), styles, sheet, rows[name])
    areas = write_guide(book.add_worksheet(settings_layout().guide.title), styles, settings)
    define_names(book, areas, FIRST_ROW)


# ---- a sheet with a row a record


def write_table(
    page: Worksheet,
    styles: Styles,
    sheet: SettingsSheet,
    rows: Sequence[SettingsRow],
    *,
    validation: Validation = validation_for,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Writes a sheet with a row a record; `validation` and `formats` give validations and looks by column and kind."""
    formats = formats or settings_layout().looks.formats
    for index, column in enumerate(sheet.columns):
        must(page.set_column(index, index, column.width, styles(formats[column.kind])))
    _write_head(page, styles, sheet)
    for row_index, row in enumerate(rows, start=FIRST_ROW):
        texts = ((_cell_text(row.get(column.name)).split("\n"), column.width) for column in sheet.columns)
        must(page.set_row(row_index, max(height_of(lines, width) for lines, width in texts)))
        for index, column in enumerate(sheet.columns):
            write_value(page, (row_index, index), row.get(column.name), styles(formats[column.kind]))
    last = FIRST_ROW + len(rows) - 1
    for index, column in enumerate(sheet.columns):
        if options := validation(column):
            must(page.data_validation(FIRST_ROW, index, LAST_ROW, index, options))
    _finish(page, styles, sheet, last)
    page.freeze_panes(FIRST_ROW, 1)
    must(page.autofilter(HEADER_ROW, 0, max(last, FIRST_ROW), len(sheet.columns) - 1))


def _write_head(page: Worksheet, styles: Styles, sheet: SettingsSheet) -> None:
    """The title, the hint (what the sheet is for) and the header."""
    last, width = _hint_span([column.width for column in sheet.columns])
    must(page.set_row(TITLE_ROW, _TITLE_HEIGHT))
    must(page.merge_range(TITLE_ROW, 0, TITLE_ROW, last, sheet.title, styles("title", "lefted")))
    must(page.set_row(HINT_ROW, height_of([sheet.hint], width)))
    must(page.merge_range(HINT_ROW, 0, HINT_ROW, last, sheet.hint, styles("note")))
    must(page.set_row(HEADER_ROW, _HEADER_HEIGHT))
    for index, column in enumerate(sheet.columns):
        style = styles("header_required" if column.required else "header")
        must(page.write_string(HEADER_ROW, index, column.label, style))


def _hint_span(widths: Sequence[float]) -> tuple[int, float]:
    """The last column over which the hint is merged, and the width: beyond the sheet's own columns if these are few."""
    sums = [total for total in accumulate(widths) if total <= _HINT_REACH]
    while sums[-1] < _HINT_WIDTH:
        sums.append(sums[-1] + _USUAL_WIDTH)
    return len(sums) - 1, sums[-1]


def _finish(page: Worksheet, styles: Styles, sheet: SettingsSheet, last: int) -> None:
    """Draws lines round every row that holds something, however far down it is typed; sets up the print."""
    last_letter = column_letter(len(sheet.columns) - 1)
    test = f"=COUNTA($A{FIRST_ROW + 1}:${last_letter}{FIRST_ROW + 1})>0"
    options = {"type": "formula", "criteria": test, "format": styles("grid")}
    must(page.conditional_format(FIRST_ROW, 0, LAST_ROW, len(sheet.columns) - 1, options))
    set_up_print(page)
    page.repeat_rows(HEADER_ROW)
    # xlsxwriter counts validations and conditional formats as used rows; a reader would make room for all of them.
    page.dim_rowmax = max(last, HEADER_ROW)


def write_value(page: Worksheet, place: tuple[int, int], value: Any, style: Format) -> None:
    """Writes a text, several texts, a day or a number as its type; an empty value leaves the cell empty."""
    if isinstance(value, date):
        must(page.write_datetime(*place, value, style))
    elif isinstance(value, int | float):
        must(page.write_number(*place, value, style))
    elif text := _cell_text(value):
        must(page.write_string(*place, text, style))


def _cell_text(value: Any) -> str:
    """A value as the text that its cell shows."""
    if isinstance(value, tuple | list):
        return settings_layout().separators[0].join(value)
    return "" if value is None else str(value)


# ---- names and values


def _write_campaign(page: Worksheet, styles: Styles, sheet: SettingsSheet, rows: Sequence[SettingsRow]) -> None:
    layout = settings_layout()
    write_pairs(page, styles, sheet, list(zip(layout.campaign, rows, strict=True)))


def write_pairs(
    page: Worksheet,
    styles: Styles,
    sheet: SettingsSheet,
    pairs: Sequence[tuple[SettingsColumn, SettingsRow]],
    *,
    validation: Validation = validation_for,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Writes a sheet of names and values: each row's value has the format and the validation of its own kind."""
    formats = formats or settings_layout().looks.formats
    for index, column in enumerate(sheet.columns):
        must(page.set_column(index, index, column.width, styles("text")))
    _write_head(page, styles, sheet)
    for row_index, (setting, row) in enumerate(pairs, start=FIRST_ROW):
        texts = ((_cell_text(row["value"]), sheet.columns[1].width), (row["note"], sheet.columns[2].width))
        must(page.set_row(row_index, max(height_of(text.split("\n"), width) for text, width in texts)))
        label = styles("label", "header_required", "lefted") if setting.required else styles("label")
        must(page.write_string(row_index, 0, row["name"], label))
        style = styles(formats[setting.kind], "lefted")
        must(page.write_blank(row_index, 1, None, style))
        write_value(page, (row_index, 1), row["value"], style)
        must(page.write_string(row_index, 2, row["note"], styles("note")))
        if options := validation(setting):
            must(page.data_validation(row_index, 1, row_index, 1, options))
    _finish(page, styles, sheet, FIRST_ROW + len(pairs) - 1)
    page.freeze_panes(FIRST_ROW, 0)


SHEETS: Mapping[str, Callable[[Worksheet, Styles, SettingsSheet, Sequence[SettingsRow]], None]] = {
    "campaign": _write_campaign,
}
