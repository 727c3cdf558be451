"""The cover of a template: the unit's fields, the result of the self-check, and the steps of filling in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.templates.selfcheck_sheets import CheckedBlock
from rectify_xl.excel.templates.template_plan import TemplatePlan
from rectify_xl.excel.templates.validation import cover_validation
from rectify_xl.excel.writing.styles import A4, Styles, height_of, must
from rectify_xl.facts import catalog
from rectify_xl.layouts.layout import (
    COVER_LABEL,
    COVER_LINK,
    COVER_MARK,
    COVER_RESULT_ROW,
    COVER_SUBTITLE_ROW,
    COVER_TITLE_ROW,
    COVER_VALUE,
    REQUIRED_MARK,
    column_letter,
    cover_first_row,
)
from rectify_xl.model import Column
from rectify_xl.selfcheck.totals import FormulaValue, line, link, verdict

# What clerks may do on every protected sheet: change formats, add comments and pictures of stamps.
ALLOWED_FORMATTING = dict.fromkeys(("format_cells", "format_columns", "format_rows", "objects"), True)
_TITLE_HEIGHT, _RESULT_HEIGHT, _LINE_HEIGHT, _FIELD_HEIGHT, _SECTION_HEIGHT = 30.0, 36.0, 33.0, 27.0, 24.0
_WIDTHS = (4.0, 20.0, 56.0, 10.0)


def write_cover(sheet: Worksheet, styles: Styles, plan: TemplatePlan, blocks: Sequence[CheckedBlock]) -> None:
    """Writes the cover; `blocks` are those of the self-check, the cover's own first."""
    for index, width in enumerate(_WIDTHS):
        must(sheet.set_column(index, index, width))
    titles = catalog.words("template")["cover"]["subtitle_joint"].join(plan.titles)
    for row, text, name in (
        (COVER_TITLE_ROW, plan.settings.campaign, "title"),
        (COVER_SUBTITLE_ROW, titles, "subtitle"),
    ):
        must(sheet.set_row(row, _TITLE_HEIGHT))
        write_across(sheet, (row, COVER_LABEL, COVER_VALUE), text, styles(name))
    _write_result(sheet, styles, blocks)
    fields, first = catalog.cover().columns, cover_first_row(len(plan.sheets))
    for row, column in enumerate(fields, start=first):
        _write_field(sheet, styles, column, row=row, value=plan.cover_value(column))
    _mark_fields(sheet, styles, blocks[0], first)
    stamp_row = _write_steps(sheet, styles, plan, first + len(fields) + 1)
    must(sheet.write_string(stamp_row, COVER_LABEL, catalog.cover().stamp_label, styles("muted", "small")))
    must(sheet.write_string(stamp_row, COVER_VALUE, plan.stamp, styles("muted", "small")))
    _finish(sheet, first)


def write_across(sheet: Worksheet, place: tuple[int, int, int], text: str, style: Format) -> None:
    """Writes a text at (row, first column, last column), merged if these are several columns."""
    row, first, last = place
    if first == last:
        must(sheet.write_string(row, first, text, style))
    else:
        must(sheet.merge_range(row, first, row, last, "", style))
        must(sheet.write_string(row, first, text, style))


# ---- the result of the self-check


def _write_result(sheet: Worksheet, styles: Styles, blocks: Sequence[CheckedBlock]) -> None:
    """可以报送 or 请先修改, then a line for the cover and for each form with a link to the first bad cell."""
    words = catalog.words("selfcheck")["cover"]
    row = COVER_RESULT_ROW
    must(sheet.set_row(row, _RESULT_HEIGHT))
    must(sheet.write_string(row, COVER_LABEL, words["label"], styles("label")))
    result = verdict([block.plan for block in blocks], [block.sheet for block in blocks])
    _write_formula(sheet, row, COVER_VALUE, result, styles("verdict"))
    _mark_verdict(sheet, styles, row)
    for line_row, block in enumerate(blocks, start=row + 1):
        must(sheet.set_row(line_row, _LINE_HEIGHT))
        must(sheet.write_string(line_row, COVER_LABEL, block.plan.sheet, styles("label")))
        look = styles("plain", "value", "wrapped_middle")
        _write_formula(sheet, line_row, COVER_VALUE, line(block.plan, block.sheet), look)
        _write_formula(sheet, line_row, COVER_LINK, link(block.plan, block.sheet), styles("plain", "link", "centered"))
    _mark_lines(sheet, styles, row + 1, row + len(blocks))
    office = catalog.words("phrases")["zh"]["rule"]["office"]
    legend = words["legend"].format(instructions=catalog.reading().instructions_sheet, office=office)
    legend_row = row + len(blocks) + 1
    must(sheet.set_row(legend_row, height_of([legend], _WIDTHS[COVER_LABEL] + _WIDTHS[COVER_VALUE])))
    write_across(sheet, (legend_row, COVER_LABEL, COVER_VALUE), legend, styles("note"))


def _write_formula(sheet: Worksheet, row: int, column: int, formula: FormulaValue, style: Format) -> None:
    must(sheet.write_formula(row, column, formula.formula, style, formula.value))


def _mark_verdict(sheet: Worksheet, styles: Styles, row: int) -> None:
    words = catalog.words("selfcheck")["cover"]
    cell = f"${column_letter(COVER_VALUE)}${row + 1}"
    for key, look in (("ready", "good"), ("not_ready", "bad")):
        options = {"type": "formula", "criteria": f'=EXACT({cell},"{words[key]}")', "format": styles(look)}
        must(sheet.conditional_format(row, COVER_VALUE, row, COVER_VALUE, options))


def _mark_lines(sheet: Worksheet, styles: Styles, first: int, last: int) -> None:
    """Red for a line with errors or with rows too far down, amber for one with warnings alone."""
    words = catalog.words("selfcheck")["cover"]
    cell = f"${column_letter(COVER_VALUE)}{first + 1}"
    errors, deep, warnings = (
        f'ISNUMBER(FIND("{words[key]}",{cell}))' for key in ("errors_before", "deep", "warnings_before")
    )
    tests = ((f"=OR({errors},{deep})", "alarm"), (f"={warnings}", "caution"))
    for test, look in tests:
        options: dict[str, Any] = {"type": "formula", "criteria": test, "format": styles(look)}
        must(sheet.conditional_format(first, COVER_VALUE, last, COVER_VALUE, options))


def _mark_fields(sheet: Worksheet, styles: Styles, block: CheckedBlock, first: int) -> None:
    """Red and amber on the fields of the cover, by their problems on the helper sheet."""
    cell = f"${column_letter(COVER_VALUE)}${first + 1}:${column_letter(COVER_VALUE)}{first + 1}"
    found_level = f"INT(INDEX({block.plan.problems_name},2,ROWS({cell}))/1000)"
    last = first + len(block.plan.strict.columns) - 1
    for level, look in ((1, "bad"), (2, "warn")):
        options = {"type": "formula", "criteria": f"={found_level}={level}", "format": styles(look)}
        must(sheet.conditional_format(first, COVER_VALUE, last, COVER_VALUE, options))


# ---- fields and steps


def _write_field(sheet: Worksheet, styles: Styles, column: Column, *, row: int, value: Any) -> None:
    """Writes one field: the mark of a required one, its label, and its value or an unlocked cell for it."""
    must(sheet.set_row(row, _FIELD_HEIGHT))
    if column.required and not column.locked:
        must(sheet.write_string(row, COVER_MARK, REQUIRED_MARK, styles("star")))
    must(sheet.write_string(row, COVER_LABEL, column.label, styles("label")))
    if column.locked:
        must(sheet.write_string(row, COVER_VALUE, value, styles("text", "value", "banded")))
        return
    open_cell = styles(column.kind, "value", "unlocked")
    if value in ("", None):
        must(sheet.write_blank(row, COVER_VALUE, None, open_cell))
    elif isinstance(value, date):
        must(sheet.write_datetime(row, COVER_VALUE, value, open_cell))
    elif isinstance(value, str):
        must(sheet.write_string(row, COVER_VALUE, value, open_cell))
    else:
        must(sheet.write_number(row, COVER_VALUE, value, open_cell))
    must(sheet.data_validation(row, COVER_VALUE, row, COVER_VALUE, cover_validation(column)))


def _write_steps(sheet: Worksheet, styles: Styles, plan: TemplatePlan, row: int) -> int:
    """Writes the steps of filling in; the row below them."""
    words = catalog.words("template")["cover"]
    titles = words["sheet_joint"].join(words["sheet"].format(title=title) for title in plan.titles)
    checks = catalog.words("selfcheck")
    names = {
        "sheets": titles,
        "instructions": catalog.reading().instructions_sheet,
        "prepared": min(form_sheet.prepared for form_sheet in plan.sheets),
        "check": checks["row"]["header"],
        "ready": checks["cover"]["ready"],
    }
    must(sheet.set_row(row, _SECTION_HEIGHT))
    write_across(sheet, (row, COVER_LABEL, COVER_VALUE), words["steps_title"], styles("section"))
    width = _WIDTHS[COVER_LABEL] + _WIDTHS[COVER_VALUE]
    for step_row, step in enumerate((text.format(**names) for text in words["steps"]), start=row + 1):
        must(sheet.set_row(step_row, height_of([step], width)))
        write_across(sheet, (step_row, COVER_LABEL, COVER_VALUE), step, styles("note"))
    return row + len(words["steps"]) + 2


def _finish(sheet: Worksheet, first: int) -> None:
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_selection(first + 1, COVER_VALUE, first + 1, COVER_VALUE)
    sheet.protect("", ALLOWED_FORMATTING)
