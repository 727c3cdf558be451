"""Templates: workbooks that a clerk fills in Excel, WPS or LibreOffice, that check themselves while he types.

A prepared row costs its readers little: formats belong to columns, and below a header stands its 自检 alone.
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

from rectify_xl import catalog
from rectify_xl.excel.templates.cover_sheet import LOOKS, write_across, write_cover
from rectify_xl.excel.templates.instructions import write_instructions
from rectify_xl.excel.templates.selfcheck_sheets import (
    Checked,
    CheckedSheet,
    add_marks,
    guard_check_column,
    write_check_column,
    write_helper_sheet,
)
from rectify_xl.excel.templates.template_plan import Rows, SheetPlan, TemplatePlan, plan_for
from rectify_xl.excel.templates.validation import Need, clipped
from rectify_xl.excel.writing.styles import A4, LAST_COLUMN, LAST_ROW, Styles, height_of, must, save_workbook
from rectify_xl.in_force import under_settings
from rectify_xl.layout import (
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

# On a form's sheet protection leaves its rows to clerks besides.
PERMITTED = {**LOOKS, **dict.fromkeys(("sort", "autofilter", "insert_rows", "delete_rows"), True)}
# Notes are merged over the columns that a narrow screen shows, in characters.
_NOTES_REACH = 110.0
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

    With `unit` the cover already names the unit, `cover` fills its other fields by name; `rows` fills forms by name,
    each row in the form's column order (text, date, number or None), plainly or as a KnownRow. Raises OSError where the
    file cannot be written.
    """
    asked = (forms,) if isinstance(forms, Form) else tuple(forms)
    plan = replace(plan_for(asked, settings, unit, rows), cover=cover or {})
    save_workbook(Path(path), lambda book: _write_book(book, plan), as_of=None)


@under_settings
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
    contents = _contents(plan)
    write_cover(book.add_worksheet(catalog.cover().sheet, CheckedSheet), styles, plan, contents)
    for sheet, held in zip(plan.sheets, contents[1:], strict=True):
        _write_form_sheet(book.add_worksheet(sheet.form.title, CheckedSheet), styles, plan, (sheet, held))
    write_instructions(book.add_worksheet(catalog.reading().instructions_sheet), styles, plan)
    _write_lists(book, styles, plan)
    write_helper_sheet(book, plan.checks, contents, cover_first_row(len(plan.sheets)) + 1)


def _contents(plan: TemplatePlan) -> list[Checked]:
    """What the cover and each form hold as written, judged."""
    cover = [plan.known_value(column) for column in catalog.cover().columns]
    made = [Checked(plan=plan.checks.cover, raws=[cover], sheet=strict_sheet(plan.checks.cover.strict, [cover]))]
    for sheet, check in zip(plan.sheets, plan.checks.forms, strict=True):
        blank = [None] * len(sheet.columns)
        raws = [*sheet.rows, *[blank] * (check.rows - len(sheet.rows))]
        made.append(Checked(plan=check, raws=raws, sheet=strict_sheet(check.strict, raws)))
    return made


# ---- a form's sheet


def _write_form_sheet(
    sheet: Worksheet, styles: Styles, plan: TemplatePlan, planned: tuple[SheetPlan, Checked]
) -> None:
    form_sheet, held = planned
    _format_columns(sheet, styles, form_sheet)
    _write_head(sheet, styles, form_sheet)
    _write_rows(sheet, styles, form_sheet)
    write_check_column(sheet, styles, held)
    last_written = sheet.dim_rowmax
    _add_validations(sheet, form_sheet)
    guard_check_column(sheet, form_sheet.last_column + 1)
    add_marks(sheet, styles, held.plan)
    _add_grid(sheet, styles, form_sheet)
    _set_up_view(sheet, form_sheet)
    _set_up_print(sheet, plan, form_sheet)
    sheet.protect("", PERMITTED)
    # Column formats and conditional formats count as used to xlsxwriter; a reader would make room for all of it.
    sheet.dim_rowmax, sheet.dim_colmax = last_written, form_sheet.last_column + 1


def _format_columns(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """Every cell of the sheet is open but those written: formats of columns, out to the last one."""
    for column in plan.columns:
        must(sheet.set_column(column.index, column.index, column.width, styles(column.column.kind, "unlocked")))
    must(sheet.set_column(plan.last_column + 1, LAST_COLUMN, None, styles("unlocked")))


def _write_head(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    must(sheet.set_row(TITLE_ROW, _TITLE_HEIGHT))
    write_across(sheet, (TITLE_ROW, 0, plan.last_column), plan.form.title, styles("title"))
    reach, width = _reach_of_notes(plan)
    must(sheet.set_row(NOTES_ROW, height_of(plan.notes, width)))
    write_across(sheet, (NOTES_ROW, 0, reach), "\n".join(plan.notes), styles("note"))
    must(sheet.set_row(HEADER_ROW, _HEADER_HEIGHT))
    for column in plan.columns:
        style = "header_required" if column.need is Need.REQUIRED else "header"
        must(sheet.write_string(HEADER_ROW, column.index, column.header, styles(style, "unlocked")))


def _write_rows(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """What the office knows already: texts as texts, days as days; the agreed locked, the urgent coloured."""
    for row, known in enumerate(plan.known, start=FIRST_ROW):
        texts = [(v, c.width) for c, v in zip(plan.columns, known.values, strict=True) if isinstance(v, str)]
        must(sheet.set_row(row, max((height_of([text], width) for text, width in texts), default=None)))
        for column, value in zip(plan.columns, known.values, strict=True):
            _write_known(sheet, styles(*_layers(column.column, value, known)), (row, column.index), value)
        if known.remark:
            words = catalog.words("issue")
            sheet.write_comment(row, 0, known.remark, {"author": words["author"], "x_scale": 2})


def _layers(column: Column, value: Any, known: KnownRow) -> tuple[str, ...]:
    """The look of a known cell; a blank one stays open whatever its column."""
    is_locked = column.name in known.locked and value is not None
    tone = catalog.words("issue")["tones"].get(known.tone, ("", ""))[is_locked]
    return (column.kind, *([] if is_locked else ["unlocked"]), *([tone] if tone else []))


def _write_known(sheet: Worksheet, style: Format, place: tuple[int, int], value: Any) -> None:
    if isinstance(value, str) and value:
        must(sheet.write_string(*place, value, style))
    elif isinstance(value, date):
        must(sheet.write_datetime(*place, value, style))
    elif isinstance(value, (int, float)):
        must(sheet.write_number(*place, value, style))
    elif style.bg_color:  # a blank cell costs a reader something, so only a coloured row has them
        must(sheet.write_blank(*place, None, style))


def _reach_of_notes(plan: SheetPlan) -> tuple[int, float]:
    """The last column over which the notes are merged, and their width."""
    sums = list(accumulate(column.width for column in plan.columns))
    last = max((index for index, total in enumerate(sums) if total <= _NOTES_REACH), default=0)
    return last, sums[last]


def _add_validations(sheet: Worksheet, plan: SheetPlan) -> None:
    for column in plan.columns:
        must(sheet.data_validation(FIRST_ROW, column.index, LAST_ROW, column.index, column.validation))
    _guard_header(sheet, plan.last_column)


def _guard_header(sheet: Worksheet, last_column: int) -> None:
    """Refuses what is typed over a label: were the labels locked, so would be a row that is inserted below them.

    The label of the 自检 stays locked, and with it the header cannot be deleted.
    """
    words = catalog.words("template")["header_guard"]
    guard = {"validate": "custom", "value": f"=ROW()>ROW($A${HEADER_ROW + 1})"}
    stop = {"error_type": "stop", "error_title": words["title"], "error_message": words["error"]}
    must(sheet.data_validation(HEADER_ROW, 0, HEADER_ROW, last_column, {**guard, **stop}))


def _add_grid(sheet: Worksheet, styles: Styles, plan: SheetPlan) -> None:
    """Lines round the prepared rows, from the header on so that a row inserted below it is ruled too."""
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
    # Excel takes 255 characters of header and drops the rest of a page setup that has more.
    campaign = clipped(plan.settings.campaign, _HEADER_LIMIT).replace("&", "&&")
    sheet.set_header(words["header"].format(campaign=campaign))
    sheet.set_footer(words["footer"])


# ---- the lists


def _write_lists(book: Workbook, styles: Styles, plan: TemplatePlan) -> None:
    """The hidden sheet of the lists, a column a list, each with its name; behind them the dependent ones."""
    sheet = book.add_worksheet(catalog.reading().lists_sheet)
    held: list[tuple[str, str, Sequence[Any]]] = [(p.defined_name, p.title, p.options) for p in plan.lists.values()]
    for dependent in plan.dependents.values():
        held += [(dependent.name(part), dependent.name(part), values) for part, values in dependent.columns().items()]
    for index, (name, title, values) in enumerate(held):
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
