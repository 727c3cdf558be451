"""The sheet of the schedule: its table, and below it a chart of the tasks' windows."""

from __future__ import annotations

from rectify_xl.excel.progress import status_charts
from rectify_xl.excel.progress.charts import set_size
from rectify_xl.excel.progress.status_page import draw_table, last_row, set_print
from rectify_xl.excel.writing.page import Page, shown_for
from rectify_xl.excel.writing.styles import must
from rectify_xl.progress.units import words

_ROW_PIXELS = 20


def draw_schedule(page: Page) -> None:
    """Draws the tasks and, if any has a date, a chart of the windows with the day of judgement."""
    draw_table(page, is_alone=False)
    if not page.table.rows:
        return
    columns = len(page.table.columns)
    row = last_row(page) + 2
    gantt = status_charts.gantt(page, columns + 2)
    if gantt is None:
        page.across((row, 0, columns - 1), words()["charts"]["no_dates"], "note")
        set_print(page, row, columns - 1)
        return
    width = int(sum(shown_for(name).width * 7 + 5 for name in page.table.columns))
    height = 110 + 26 * gantt.bars
    set_size(gantt.chart, width - 4, height, gantt.margins)
    must(page.sheet.insert_chart(row, 0, gantt.chart, {"x_offset": 2, "description": gantt.title}))
    set_print(page, row + -(-height // _ROW_PIXELS), columns - 1)
