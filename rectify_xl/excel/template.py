"""Blank templates: workbooks that a clerk fills in Excel, WPS or LibreOffice, with lists, prompts and print setup.

A prepared row costs its readers nothing: formats belong to columns, and no cell is written below a header.
Validations and the grid reach the sheet's last row, else LibreOffice writes the blank rows out when it saves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify_xl import catalog
from rectify_xl.excel.instructions import write_instructions
from rectify_xl.excel.styles import A4, LAST_COLUMN, LAST_ROW, Styles, height_of, must, save_workbook
from rectify_xl.excel.template_plan import SheetPlan, TemplatePlan, plan_for
from rectify_xl.excel.validation import Need, clipped, cover_validation
from rectify_xl.layout import (
    COVER_LABEL,
    COVER_MARK,
    COVER_VALUE,
    FIRST_ROW,
    HEADER_ROW,
    LAST_PREPARED_ROW,
    NOTES_ROW,
    PREPARED_ROWS,
    REQUIRED_MARK,
    TITLE_ROW,
    column_letter,
)
from rectify_xl.model import Column, Form, Settings, Unit

# What protection leaves to clerks: looks, comments and pictures of stamps everywhere, and on a form's sheet its rows.
_LOOKS = dict.fromkeys(("format_cells", "format_columns", "format_rows", "objects"), True)
PERMITTED = {**_LOOKS, **dict.fromkeys(("sort", "autofilter", "insert_rows", "delete_rows"), True)}
# Notes are merged over the columns that a narrow screen shows, in characters.
_NOTES_REACH = 110.0
_TITLE_HEIGHT, _HEADER_HEIGHT, _FIELD_HEIGHT, _SECTION_HEIGHT = 30.0, 36.0, 27.0, 24.0
_LIST_WIDTH = 24.0
_HEADER_LIMIT = 120
_COVER_WIDTHS = (4.0, 20.0, 56.0, 4.0)
_COVER_TITLE_ROW, _COVER_SUBTITLE_ROW, _COVER_FIRST_ROW = 1, 2, 4


def write_template(
    forms: Form | Sequence[Form], path: str | Path, settings: Settings, *, unit: Unit | None = None
) -> None:
    """Writes the blank template of one form or several; the same input gives the same bytes.

    With `unit` the cover already names the unit. Raises OSError where the file cannot be written.
    """
    asked = (forms,) if isinstance(forms, Form) else tuple(forms)
    plan = plan_for(asked, settings, unit)
    save_workbook(Path(path), lambda book: _write_book(book, plan), as_of=None)


def write_templates(folder: str | Path, settings: Settings) -> list[Path]:
    """Writes every template workbook of the catalogue into `folder` (made if need be); the files in order."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / name for name in catalog.templates()]
    for path in paths:
        write_template(catalog.templates()[path.name], path, settings)
    return paths


def _write_book(book: Workbook, plan: TemplatePlan) -> None:
    styles = Styles(book)
    _write_cover(book.add_worksheet(catalog.cover().sheet), styles, plan)
    for sheet in plan.sheets:
        _write_form_sheet(book.add_worksheet(sheet.form.title), styles, plan, sheet)
    write_instructions(book.add_worksheet(catalog.reading().instructions_sheet), styles, plan)
    _write_lists(book, styles, plan)


# ---- the cover


def _write_cover(sheet: Worksheet, styles: Styles, plan: TemplatePlan) -> None:
    for index, width in enumerate(_COVER_WIDTHS):
        must(sheet.set_column(index, index, width))
    titles = catalog.words("template")["cover"]["subtitle_joint"].join(plan.titles)
    for row, text, name in (
        (_COVER_TITLE_ROW, plan.settings.campaign, "title"),
        (_COVER_SUBTITLE_ROW, titles, "subtitle"),
    ):
        must(sheet.set_row(row, _TITLE_HEIGHT))
        _write_across(sheet, (row, COVER_LABEL, COVER_VALUE), text, styles(name))
    fields = catalog.cover().columns
    for row, column in enumerate(fields, start=_COVER_FIRST_ROW):
        _write_field(sheet, styles, column, row=row, value=_known_value(column, plan))
    below = _write_steps(sheet, styles, plan, _COVER_FIRST_ROW + len(fields) + 1)
    must(sheet.write_string(below, COVER_LABEL, catalog.cover().stamp_label, styles("muted", "small")))
    must(sheet.write_string(below, COVER_VALUE, plan.stamp, styles("muted", "small")))
    _finish_cover(sheet)


def _known_value(column: Column, plan: TemplatePlan) -> str:
    """What the office already knows of a field of the cover."""
    unit = plan.unit
    known = {"campaign": plan.settings.campaign}
    if unit is not None:
        known |= {"unit_code": unit.code, "unit_name": unit.name}
    return known.get(column.name, "")


def _write_field(sheet: Worksheet, styles: Styles, column: Column, *, row: int, value: str) -> None:
    """One field: the mark of a required one, its label, and its value or an open cell for it."""
    must(sheet.set_row(row, _FIELD_HEIGHT))
    if column.required and not column.locked:
        must(sheet.write_string(row, COVER_MARK, REQUIRED_MARK, styles("star")))
    must(sheet.write_string(row, COVER_LABEL, column.label, styles("label")))
    if column.locked:
        must(sheet.write_string(row, COVER_VALUE, value, styles("text", "value", "banded")))
        return
    open_cell = styles(column.kind, "value", "unlocked")
    known = sheet.write_string(row, COVER_VALUE, value, open_cell) if value else None
    must(sheet.write_blank(row, COVER_VALUE, None, open_cell) if known is None else known)
    must(sheet.data_validation(row, COVER_VALUE, row, COVER_VALUE, cover_validation(column)))


def _write_steps(sheet: Worksheet, styles: Styles, plan: TemplatePlan, row: int) -> int:
    """The few things to know before filling in; the row below them."""
    words = catalog.words("template")["cover"]
    named = words["sheet_joint"].join(words["sheet"].format(title=title) for title in plan.titles)
    known = {"sheets": named, "instructions": catalog.reading().instructions_sheet, "prepared": PREPARED_ROWS}
    must(sheet.set_row(row, _SECTION_HEIGHT))
    _write_across(sheet, (row, COVER_LABEL, COVER_VALUE), words["steps_title"], styles("section"))
    width = _COVER_WIDTHS[COVER_LABEL] + _COVER_WIDTHS[COVER_VALUE]
    for place, step in enumerate((text.format(**known) for text in words["steps"]), start=row + 1):
        must(sheet.set_row(place, height_of([step], width)))
        _write_across(sheet, (place, COVER_LABEL, COVER_VALUE), step, styles("note"))
    return row + len(words["steps"]) + 2


def _finish_cover(sheet: Worksheet) -> None:
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_selection(_COVER_FIRST_ROW + 1, COVER_VALUE, _COVER_FIRST_ROW + 1, COVER_VALUE)
    sheet.protect("", _LOOKS)


def _write_across(sheet: Worksheet, place: tuple[int, int, int], text: str, style: Format) -> None:
    """Writes a text over the columns first to last of a row (row, first, last), merged if there are several."""
    row, first, last = place
    if first == last:
        must(sheet.write_string(row, first, text, style))
    else:
        must(sheet.merge_range(row, first, row, last, "", style))
        must(sheet.write_string(row, first, text, style))


# ---- a form's sheet


def _write_form_sheet(sheet: Worksheet, styles: Styles, plan: TemplatePlan, form_sheet: SheetPlan) -> None:
    _format_columns(sheet, styles, form_sheet)
    _write_head(sheet, styles, form_sheet)
    _add_validations(sheet, form_sheet)
    _add_grid(sheet, styles, form_sheet)
    _set_up_view(sheet, form_sheet)
    _set_up_print(sheet, plan, form_sheet)
    sheet.protect("", PERMITTED)
    # Column formats and conditional formats count as used to xlsxwriter; a reader would make room for all of it.
    sheet.dim_rowmax, sheet.dim_colmax = HEADER_ROW, form_sheet.last_column


def _format_columns(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """Every cell of the sheet is open but those written: formats of columns, out to the last one."""
    for column in plan.columns:
        must(sheet.set_column(column.index, column.index, column.width, styles(column.column.kind, "unlocked")))
    must(sheet.set_column(plan.last_column + 1, LAST_COLUMN, None, styles("unlocked")))


def _write_head(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    must(sheet.set_row(TITLE_ROW, _TITLE_HEIGHT))
    _write_across(sheet, (TITLE_ROW, 0, plan.last_column), plan.form.title, styles("title"))
    reach, width = _reach_of_notes(plan)
    must(sheet.set_row(NOTES_ROW, height_of(plan.notes, width)))
    _write_across(sheet, (NOTES_ROW, 0, reach), "\n".join(plan.notes), styles("note"))
    must(sheet.set_row(HEADER_ROW, _HEADER_HEIGHT))
    for column in plan.columns:
        style = "header_required" if column.need is Need.REQUIRED else "header"
        must(sheet.write_string(HEADER_ROW, column.index, column.header, styles(style)))


def _reach_of_notes(plan: SheetPlan) -> tuple[int, float]:
    """The last column over which the notes are merged, and their width."""
    sums = list(accumulate(column.width for column in plan.columns))
    last = max((index for index, total in enumerate(sums) if total <= _NOTES_REACH), default=0)
    return last, sums[last]


def _add_validations(sheet: Worksheet, plan: SheetPlan) -> None:
    for column in plan.columns:
        must(sheet.data_validation(FIRST_ROW, column.index, LAST_ROW, column.index, column.validation))


def _add_grid(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """Lines round the prepared rows, from the header on so that a row inserted below it is ruled too."""
    below = f"ROW()-ROW($A${HEADER_ROW + 1})"
    test = f"=AND({below}>0,{below}<={PREPARED_ROWS})"
    options = {"type": "formula", "criteria": test, "format": styles("grid")}
    must(sheet.conditional_format(HEADER_ROW, 0, LAST_ROW, plan.last_column, options))


def _set_up_view(sheet: Worksheet, plan: SheetPlan) -> None:
    sheet.hide_gridlines(2)
    sheet.freeze_panes(FIRST_ROW, plan.frozen_columns)
    must(sheet.autofilter(HEADER_ROW, 0, LAST_PREPARED_ROW, plan.last_column))
    sheet.set_selection(FIRST_ROW, plan.frozen_columns, FIRST_ROW, plan.frozen_columns)


def _set_up_print(sheet: Worksheet, plan: TemplatePlan, form_sheet: SheetPlan) -> None:
    """A4 landscape, one page wide, the header on every page; prepared rows print as lines to write on."""
    words = catalog.words("template")["sheet"]
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.repeat_rows(HEADER_ROW)
    must(sheet.print_area(TITLE_ROW, 0, LAST_PREPARED_ROW, form_sheet.last_column))
    # Excel takes 255 characters of header and drops the rest of a page setup that has more.
    campaign = clipped(plan.settings.campaign, _HEADER_LIMIT).replace("&", "&&")
    sheet.set_header(words["header"].format(campaign=campaign))
    sheet.set_footer(words["footer"])


# ---- the lists


def _write_lists(book: Workbook, styles: Styles, plan: TemplatePlan) -> None:
    """The hidden sheet of the lists, a column a list, each with its name."""
    title = catalog.reading().lists_sheet
    sheet = book.add_worksheet(title)
    for index, listed in enumerate(plan.lists.values()):
        letter = column_letter(index)
        must(sheet.set_column(index, index, _LIST_WIDTH))
        must(sheet.write_string(0, index, listed.title, styles("header")))
        for row, option in enumerate(listed.options, start=1):
            must(sheet.write_string(row, index, option, styles("text")))
        area = f"='{title}'!${letter}$2:${letter}${len(listed.options) + 1}"
        must(book.define_name(listed.defined_name, area))
    sheet.hide()
    sheet.protect()
