"""The instructions sheet of a template: every column and every rule of its forms, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.templates.template_plan import ColumnPlan, SheetPlan, TemplatePlan
from rectify_xl.excel.templates.validation import Need, entry_words, need_words, options_words
from rectify_xl.excel.writing.styles import A4, Styles, height_of, must
from rectify_xl.facts import catalog
from rectify_xl.facts.phrasing import Bounds, rule_words

_WIDTHS = (20.0, 11.0, 84.0)
_TITLE_HEIGHT, _SECTION_HEIGHT = 32.0, 24.0
Line = tuple[str, str, str]


def write_instructions(sheet: Worksheet, styles: Styles, plan: TemplatePlan) -> None:
    """Writes how each form of the template is filled in and checked, one form below the other."""
    for index, width in enumerate(_WIDTHS):
        must(sheet.set_column(index, index, width))
    row = 0
    for form_sheet in plan.sheets:
        row = _write_form(sheet, styles, form_sheet, row, bounds=plan.bounds) + 1
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer(catalog.words("template")["sheet"]["footer"])
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_form(sheet: Worksheet, styles: Styles, plan: SheetPlan, row: int, *, bounds: Bounds) -> int:
    """Writes one form from `row` on; the row below its last line."""
    words = catalog.words("template")["instructions"]
    must(sheet.set_row(row, _TITLE_HEIGHT))
    title = words["title"].format(title=plan.form.title)
    must(sheet.merge_range(row, 0, row, 2, title, styles("title")))
    row = _write_table(sheet, styles, row + 1, section=words["columns"], lines=_column_lines(plan))
    if lines := _rule_lines(plan, bounds):
        row = _write_table(sheet, styles, row + 1, section=words["rules"], lines=lines)
        office = catalog.words("phrases")["zh"]["rule"]["office"]
        for note in (words["rules_note"].format(**catalog.states("level")), words["office_note"].format(office=office)):
            must(sheet.write_string(row, 0, note, styles("unit_line")))
            row += 1
    return row


def _write_table(
    sheet: Worksheet, styles: Styles, row: int, *, section: Mapping[str, Any], lines: Sequence[Line]
) -> int:
    """Writes a section's title, its head and its lines; the row below."""
    must(sheet.set_row(row, _SECTION_HEIGHT))
    must(sheet.merge_range(row, 0, row, 2, section["title"], styles("section")))
    for index, word in enumerate(section["head"]):
        must(sheet.write_string(row + 1, index, word, styles("header")))
    for line_row, line in enumerate(lines, start=row + 2):
        must(sheet.set_row(line_row, height_of([line[2]], _WIDTHS[2])))
        must(sheet.write_string(line_row, 0, line[0], styles("text", "grid", "bold")))
        must(sheet.write_string(line_row, 1, line[1], styles("choice", "grid")))
        must(sheet.write_string(line_row, 2, line[2], styles("text", "grid")))
    return row + 2 + len(lines)


def _column_lines(plan: SheetPlan) -> list[Line]:
    return [(c.header, need_words(c.need), _method(c)) for c in plan.columns]


def _method(plan: ColumnPlan) -> str:
    """How a column is filled in, its options and its hint, in sentences."""
    words = catalog.words("template")
    if plan.need is Need.ASSIGNED:
        parts = [words["prompts"]["assigned"]]
    else:
        parts = [entry_words(plan.column), options_words(plan.options)]
    parts += [plan.column.hint, words["instructions"]["personal"] if plan.column.personal else ""]
    stop: str = words["instructions"]["full_stop"]
    return "".join(part.rstrip(stop) + stop for part in parts if part)


def _rule_lines(plan: SheetPlan, bounds: Bounds) -> list[Line]:
    levels = catalog.states("level")
    return [
        (plan.form.column(rule.column).label, levels[rule.level], rule_words(plan.form, rule, "zh", bounds))
        for rule in plan.form.rules
    ]
