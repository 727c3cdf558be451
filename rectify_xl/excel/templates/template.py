"""Templates: workbooks to fill in with Excel, WPS or LibreOffice, which check themselves as the clerk types.

Prepared rows are cheap to read: formats belong to columns, and below a header only the 自检 is written.
Validations and the grid reach the sheet's last row, else LibreOffice writes the blank rows out when it saves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.templates.cover_sheet import ALLOWED_FORMATTING, write_across, write_cover
from rectify_xl.excel.templates.instructions import write_instructions
from rectify_xl.excel.templates.selfcheck_sheets import (
    CheckedBlock,
    CheckedSheet,
    add_marks,
    guard_check_column,
    write_check_column,
    write_helper_sheet,
)
from rectify_xl.excel.templates.template_plan import Rows, SheetPlan, TemplatePlan, plan_for
from rectify_xl.excel.templates.validation import Need, clipped
from rectify_xl.excel.writing.styles import A4, LAST_COLUMN, LAST_ROW, Styles, height_of, must, save_workbook
from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import under_settings
from rectify_xl.layouts.layout import (
    FIRST_ROW,
    HEADER_ROW,
    NOTES_ROW,
    TITLE_ROW,
    column_letter,
    cover_first_row,
)
from rectify_xl.model import Column, Form, Settings, Unit
from rectify_xl.selfcheck.rows import sheet_reference
from rectify_xl.selfcheck.strict import strict_sheet
from rectify_xl.tables.prefilled import KnownRow

# What clerks may do on a form's protected sheet: besides formats, arrange its rows.
ALLOWED_ON_FORMS = {**ALLOWED_FORMATTING, **dict.fromkeys(("sort", "autofilter", "insert_rows", "delete_rows"), True)}
# The notes are merged over the columns that fit a narrow screen, in characters.
_NOTES_WIDTH = 110.0
_TITLE_HEIGHT, _HEADER_HEIGHT = 30.0, 36.0
_LIST_WIDTH = 24.0
_HEADER_LIMIT = 120


@under_settings
def write_template(
    forms: Form | Sequence[Form],
    path: str | Path,
    settings: Settings,
    *,
    unit: Unit | None = None,
    rows: Rows | None = None,
    cover: Mapping[str, Any] | None = None,
) -> None:
    """Writes the template of one form or several, checking itself; the same input gives the same bytes.

    `unit` is written on the cover, `cover` gives its other fields by name; `rows` gives pre-filled rows by form name,
    each in the form's column order (text, date, number or None) or as a KnownRow. Raises OSError where the file cannot
    be written.
    """
    several = (forms,) if isinstance(forms, Form) else tuple(forms)
    plan = replace(plan_for(several, settings, unit, rows), cover=cover or {})
    save_workbook(Path(path), lambda book: _write_book(book, plan), as_of=None)


@under_settings
def write_templates(folder: str | Path, settings: Settings) -> list[Path]:
    """Writes every template workbook of the catalogue into `folder` (created if missing); the files in order."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / name for name in catalog.templates()]
    for path in paths:
        write_template(catalog.templates()[path.name], path, settings)
    return paths


def _write_book(book: Workbook, plan: TemplatePlan) -> None:
    styles = Styles(book)
    blocks = _checked_blocks(plan)
    write_cover(book.add_worksheet(catalog.cover().sheet, CheckedSheet), styles, plan, blocks)
    for sheet, block in zip(plan.sheets, blocks[1:], strict=True):
        _write_form_sheet(book.add_worksheet(sheet.form.title, CheckedSheet), styles, plan, (sheet, block))
    write_instructions(book.add_worksheet(catalog.reading().instructions_sheet), styles, plan)
    _write_lists(book, styles, plan)
    write_helper_sheet(book, plan.checks, blocks, cover_first_row(len(plan.sheets)) + 1)


def _checked_blocks(plan: TemplatePlan) -> list[CheckedBlock]:
    """The cover and each form with the values they are written with, checked."""
    cover = [plan.cover_value(column) for column in catalog.cover().columns]
    checked = strict_sheet(plan.checks.cover.strict, [cover])
    blocks = [CheckedBlock(plan=plan.checks.cover, raws=[cover], sheet=checked)]
    for sheet, check in zip(plan.sheets, plan.checks.forms, strict=True):
        blank = [None] * len(sheet.columns)
        raws = [*sheet.rows, *[blank] * (check.rows - len(sheet.rows))]
        blocks.append(CheckedBlock(plan=check, raws=raws, sheet=strict_sheet(check.strict, raws)))
    return blocks


# ---- a form's sheet


def _write_form_sheet(
    sheet: Worksheet, styles: Styles, plan: TemplatePlan, form: tuple[SheetPlan, CheckedBlock]
) -> None:
    form_sheet, block = form
    _format_columns(sheet, styles, form_sheet)
    _write_head(sheet, styles, form_sheet)
    _write_rows(sheet, styles, form_sheet)
    write_check_column(sheet, styles, block)
    last_written = sheet.dim_rowmax
    _add_validations(sheet, form_sheet)
    guard_check_column(sheet, form_sheet.last_column + 1)
    add_marks(sheet, styles, block.plan)
    _add_grid(sheet, styles, form_sheet)
    _set_up_view(sheet, form_sheet)
    _set_up_print(sheet, plan, form_sheet)
    sheet.protect("", ALLOWED_ON_FORMS)
    # xlsxwriter counts column formats and conditional formats as used; a reader would make room for all of them.
    sheet.dim_rowmax, sheet.dim_colmax = last_written, form_sheet.last_column + 1


def _format_columns(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """Unlocks every cell that is not written, by the formats of all columns out to the sheet's last."""
    for column in plan.columns:
        must(sheet.set_column(column.index, column.index, column.width, styles(column.column.kind, "unlocked")))
    must(sheet.set_column(plan.last_column + 1, LAST_COLUMN, None, styles("unlocked")))


def _write_head(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    must(sheet.set_row(TITLE_ROW, _TITLE_HEIGHT))
    write_across(sheet, (TITLE_ROW, 0, plan.last_column), plan.form.title, styles("title"))
    last, width = _notes_span(plan)
    must(sheet.set_row(NOTES_ROW, height_of(plan.notes, width)))
    write_across(sheet, (NOTES_ROW, 0, last), "\n".join(plan.notes), styles("note"))
    must(sheet.set_row(HEADER_ROW, _HEADER_HEIGHT))
    for column in plan.columns:
        style = "header_required" if column.need is Need.REQUIRED else "header"
        must(sheet.write_string(HEADER_ROW, column.index, column.header, styles(style, "unlocked")))


def _write_rows(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """Writes the pre-filled rows: texts as texts, days as days; agreed cells locked, urgent rows coloured."""
    for row, known_row in enumerate(plan.prefilled, start=FIRST_ROW):
        texts = [(v, c.width) for c, v in zip(plan.columns, known_row.values, strict=True) if isinstance(v, str)]
        must(sheet.set_row(row, max((height_of([text], width) for text, width in texts), default=None)))
        for column, value in zip(plan.columns, known_row.values, strict=True):
            _write_cell(sheet, styles(*_layers(column.column, value, known_row)), (row, column.index), value)
        if known_row.remark:
            words = catalog.words("issue")
            sheet.write_comment(row, 0, known_row.remark, {"author": words["author"], "x_scale": 2})


def _layers(column: Column, value: Any, row: KnownRow) -> tuple[str, ...]:
    """The layers of a pre-filled cell; a blank one stays unlocked whatever its column."""
    is_locked = column.name in row.locked and value is not None
    tone = catalog.words("issue")["tones"].get(row.tone, ("", ""))[is_locked]
    return (column.kind, *([] if is_locked else ["unlocked"]), *([tone] if tone else []))


def _write_cell(sheet: Worksheet, style: Format, place: tuple[int, int], value: Any) -> None:
    if isinstance(value, str) and value:
        must(sheet.write_string(*place, value, style))
    elif isinstance(value, date):
        must(sheet.write_datetime(*place, value, style))
    elif isinstance(value, (int, float)):
        must(sheet.write_number(*place, value, style))
    elif style.bg_color:  # blank cells cost a reader time, so only a coloured row has them
        must(sheet.write_blank(*place, None, style))


def _notes_span(plan: SheetPlan) -> tuple[int, float]:
    """The last column over which the notes are merged, and their width."""
    sums = list(accumulate(column.width for column in plan.columns))
    last = max((index for index, total in enumerate(sums) if total <= _NOTES_WIDTH), default=0)
    return last, sums[last]


def _add_validations(sheet: Worksheet, plan: SheetPlan) -> None:
    for column in plan.columns:
        must(sheet.data_validation(FIRST_ROW, column.index, LAST_ROW, column.index, column.validation))
    _guard_header(sheet, plan.last_column)


def _guard_header(sheet: Worksheet, last_column: int) -> None:
    """Refuses typing over a label. Locked labels would make a row inserted below them locked too.

    Only the label of the 自检 is locked, so that the header cannot be deleted.
    """
    words = catalog.words("template")["header_guard"]
    guard = {"validate": "custom", "value": f"=ROW()>ROW($A${HEADER_ROW + 1})"}
    stop = {"error_type": "stop", "error_title": words["title"], "error_message": words["error"]}
    must(sheet.data_validation(HEADER_ROW, 0, HEADER_ROW, last_column, {**guard, **stop}))


def _add_grid(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """Draws lines round the prepared rows, from the header on so that a row inserted below it gets them too."""
    below = f"ROW()-ROW($A${HEADER_ROW + 1})"
    test = f"=AND({below}>0,{below}<={plan.prepared})"
    options = {"type": "formula", "criteria": test, "format": styles("grid")}
    must(sheet.conditional_format(HEADER_ROW, 0, LAST_ROW, plan.last_column, options))


def _set_up_view(sheet: Worksheet, plan: SheetPlan) -> None:
    sheet.hide_gridlines(2)
    sheet.freeze_panes(FIRST_ROW, plan.frozen_columns)
    must(sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + plan.prepared, plan.last_column))
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
    must(sheet.print_area(TITLE_ROW, 0, HEADER_ROW + form_sheet.prepared, form_sheet.last_column))
    # A header over 255 characters makes Excel drop the rest of the page setup.
    campaign = clipped(plan.settings.campaign, _HEADER_LIMIT).replace("&", "&&")
    sheet.set_header(words["header"].format(campaign=campaign))
    sheet.set_footer(words["footer"])


# ---- the lists


def _write_lists(book: Workbook, styles: Styles, plan: TemplatePlan) -> None:
    """Writes the hidden sheet of lists, a column a list, each with its defined name; the dependent lists come last."""
    sheet = book.add_worksheet(catalog.reading().lists_sheet)
    lists: list[tuple[str, str, Sequence[Any]]] = [(p.defined_name, p.title, p.options) for p in plan.lists.values()]
    for dependent in plan.dependents.values():
        lists += [(dependent.name(part), dependent.name(part), values) for part, values in dependent.columns().items()]
    for index, (name, title, values) in enumerate(lists):
        must(sheet.set_column(index, index, _LIST_WIDTH))
        must(sheet.write_string(0, index, title, styles("header")))
        for row, value in enumerate(values, start=1):
            is_text = isinstance(value, str)
            must(sheet.write_string(row, index, value, styles("text")) if is_text else sheet.write(row, index, value))
        letter = column_letter(index)
        area = f"={sheet_reference(sheet.name)}!${letter}$2:${letter}${len(values) + 1}"
        must(book.define_name(name, area))
    sheet.hide()
    sheet.protect()
