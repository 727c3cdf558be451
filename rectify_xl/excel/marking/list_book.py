"""The list of problems as a workbook of its own, for a file that cannot be marked."""

from __future__ import annotations

from io import BytesIO

from xlsxwriter.worksheet import Worksheet

from rectify_xl.excel.marking.list_look import HEADER_HEIGHT, column_facts, height_of_line, layers_of, top_of
from rectify_xl.excel.marking.problems import Line, Problems
from rectify_xl.excel.writing.styles import A4, Styles, colours, must, new_workbook


def list_book(problems: Problems) -> bytes:
    """The bytes of the workbook: the same sheet as in a marked copy, without links; it carries no clock."""
    target = BytesIO()
    workbook = new_workbook(target, as_of=None)
    sheet, styles = workbook.add_worksheet(problems.title), Styles(workbook)
    header = 1 + len(problems.notes)
    _write_top(sheet, styles, problems)
    for place, head in enumerate(problems.heads):
        must(sheet.write_string(header, place, head, styles("header")))
    must(sheet.set_row(header, HEADER_HEIGHT))
    for row, line in enumerate(problems.lines, start=header + 1):
        _write_line(sheet, styles, row, line)
    _set_up(sheet, header)
    workbook.close()
    return target.getvalue()


def _write_top(sheet: Worksheet, styles: Styles, problems: Problems) -> None:
    last = len(column_facts()["widths"]) - 1
    for row, top in enumerate(top_of(problems)):
        look = styles(*top.layers)
        must(sheet.merge_range(row, 0, row, last, "", look))
        must(sheet.write_string(row, 0, top.text, look))
        must(sheet.set_row(row, top.height))


def _write_line(sheet: Worksheet, styles: Styles, row: int, line: Line) -> None:
    must(sheet.set_row(row, height_of_line(line)))
    for place, (name, text) in enumerate(zip(column_facts()["names"], line.texts, strict=True)):
        look = styles(*layers_of(name, line.level))
        if name == "number":
            must(sheet.write_number(row, place, int(text), look))
        elif text:
            must(sheet.write_string(row, place, text, look))
        else:
            must(sheet.write_blank(row, place, None, look))


def _set_up(sheet: Worksheet, header: int) -> None:
    for place, width in enumerate(column_facts()["widths"]):
        must(sheet.set_column(place, place, width))
    sheet.freeze_panes(header + 1, 0)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(colours()["red_mark"])
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.repeat_rows(header)
