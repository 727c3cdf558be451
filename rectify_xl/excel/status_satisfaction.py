"""The sheet of satisfaction: each unit's latest survey, and below it the list of those who must make up."""

from __future__ import annotations

from rectify_xl.excel.fit import height_of
from rectify_xl.excel.status_page import Page, draw_table, last_row, layers_for, lines_of, set_print, shown_for
from rectify_xl.excel.styles import must
from rectify_xl.progress.surveys import make_up
from rectify_xl.progress.units import words

_LEAST = 21.0  # points of a row


def draw_satisfaction(page: Page) -> None:
    """Draws the table, and where most were dissatisfied anywhere the list of 补课, the worst first."""
    table = make_up(page.book)
    draw_table(page, stands_alone=not table.rows)
    if not table.rows:
        return
    columns = len(page.table.columns)
    row = last_row(page) + 2
    page.across((row, 0, columns - 1), words()["make_up_list"].format(units=len(table.rows)), "section")
    must(page.sheet.set_row(row, 24))
    widths = [shown_for(name).width for name in page.table.columns]
    spans = [(at, at) for at in range(len(table.columns) - 1)] + [(len(table.columns) - 1, columns - 1)]
    for shown, (first, last) in zip(map(shown_for, table.columns), spans, strict=True):
        page.across((row + 1, first, last), shown.label, "header_required")
    must(page.sheet.set_row(row + 1, 30))
    for at, values in enumerate(table.rows, row + 2):
        lines = 1
        for name, value, (first, last) in zip(table.columns, values, spans, strict=True):
            look = shown_for(name).look
            layers = (*words()["looks"][look], "grid", *layers_for(look, value))
            if last > first:
                page.across((at, first, last), value, *layers)
            else:
                page.value(at, first, value, *layers)
            lines = max(lines, lines_of(str(value or ""), sum(widths[first : last + 1])) if look == "text" else 1)
        must(page.sheet.set_row(at, max(_LEAST, height_of(lines))))
    set_print(page, row + 1 + len(table.rows), columns - 1)
