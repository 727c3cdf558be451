"""The first sheet of the status workbook: key figures, charts and distributions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rectify_xl.excel.progress import status_charts
from rectify_xl.excel.progress.charts import set_size
from rectify_xl.excel.progress.status_charts import TitledChart
from rectify_xl.excel.progress.status_page import HEADING_ROW, SUBTITLE_ROW, add_bar, draw_heading, set_print
from rectify_xl.excel.writing.page import Page, layers_for, share_layers
from rectify_xl.excel.writing.styles import must
from rectify_xl.progress.overview import Figure
from rectify_xl.progress.units import words

# The sheet is a grid of narrow columns: a key figure takes four, a table eight (the last one a gap, except at the right
# edge), a chart those of _UPPER or _LOWER.
_COLUMNS, _WIDTH, _COLUMN_PIXELS = 24, 4.86, 39
_CARD, _BLOCK = 4, 8
_NAME, _NUMBER, _SHARE = (0, 2), (3, 4), (5, 6)
_ROW_PIXELS = 20
# The scale of the print is fixed, so that the same rows fill a page whatever widths a program gives to columns. In
# pixels: the height of a page, of the heading, and of the heading with the key figures.
_SCALE, _PAGE_PIXELS, _HEAD_PIXELS, _TOP_PIXELS = 82, 825, 70, 270
_FIRST_CARD_ROW, _CARD_ROWS = 3, 4
# The columns right of the grid in which each chart's data begins.
_DATA_COLUMNS = (26, 35, 39, 43)
_UPPER, _LOWER = 9, 16


def draw_overview(page: Page) -> None:
    """Draws the key figures, the four charts (or why there is none) and the distributions."""
    must(page.sheet.set_column(0, _COLUMNS - 1, _WIDTH))
    draw_heading(page, _COLUMNS - 1, _COLUMNS * _WIDTH)
    figures = [Figure(*row) for row in page.table.rows]
    key = words()["overview"]["key"]
    row = _draw_cards(page, [figure for figure in figures if figure.group == key])
    row, breaks = _draw_charts(page, row)
    breaks.append(row)
    last = _draw_distributions(page, row, [figure for figure in figures if figure.group != key])
    page.sheet.set_h_pagebreaks(breaks)
    set_print(page, last, _COLUMNS - 1)
    page.sheet.set_print_scale(_SCALE)
    page.sheet.freeze_panes(SUBTITLE_ROW + 1, 0)
    page.sheet.repeat_rows(HEADING_ROW, SUBTITLE_ROW)
    page.sheet.activate()


# ---- key figures


def _draw_cards(page: Page, figures: Sequence[Figure]) -> int:
    """Draws the key figures, six in a row; gives the row below them."""
    must(page.sheet.set_row(_FIRST_CARD_ROW - 1, 6))
    per_row = _COLUMNS // _CARD
    for index, figure in enumerate(figures):
        row = _FIRST_CARD_ROW + index // per_row * _CARD_ROWS
        _draw_card(page, row, index % per_row * _CARD, figure)
    rows = -(-len(figures) // per_row)
    for index in range(rows):
        for offset, height in enumerate((18, 33, 16, 6)):
            must(page.sheet.set_row(_FIRST_CARD_ROW + index * _CARD_ROWS + offset, height))
    return _FIRST_CARD_ROW + rows * _CARD_ROWS


def _draw_card(page: Page, row: int, column: int, figure: Figure) -> None:
    last = column + _CARD - 1
    is_count = figure.number is not None
    value = figure.number if is_count else figure.share
    alarm = ("alarm",) if figure.name in _alarms() and value else ()
    page.across((row, column, last), figure.name, "kpi_label", "kpi_gap")
    figures = ("as_count",) if is_count else ("as_percent", *share_layers(value or 0))
    looks = ("kpi_value", "kpi_gap", *figures, *alarm)
    page.across_value((row + 1, column, last), words()["no_figure"] if value is None else value, *looks)
    page.across((row + 2, column, last), figure.note, "kpi_note", "kpi_gap")


def _alarms() -> tuple[str, ...]:
    """The key figures that are bad news unless they are zero."""
    names = words()["overview"]
    return tuple(names[name] for name in words()["alarms"])


# ---- charts


def _draw_charts(page: Page, row: int) -> tuple[int, list[int]]:
    """Draws the charts two by two, on the first page if there is room; gives the row below them and the page breaks."""
    texts = words()["charts"]
    makers = (status_charts.completion, status_charts.errors, status_charts.states, status_charts.gantt)
    units, errors, states, schedule = (make(page, column) for make, column in zip(makers, _DATA_COLUMNS, strict=True))
    schedule = schedule or status_charts.tasks(page, _DATA_COLUMNS[-1])
    lower = max(_height(units, 18, 116), _height(errors, 18, 70))
    room = _PAGE_PIXELS - _TOP_PIXELS
    fits_one_page = lower + max(240, _height(schedule, 18, 110)) <= room
    upper = room - lower if fits_one_page else room
    second = row + -(-upper // _ROW_PIXELS)
    end = second + -(-lower // _ROW_PIXELS)
    for chart_row in range(row, end):  # explicitly, for the chart data in the same rows would change their height
        must(page.sheet.set_row_pixels(chart_row, _ROW_PIXELS))
    _place_chart(page, (row, 0, _UPPER, upper), states, texts["no_items"])
    _place_chart(page, (row, _UPPER, _COLUMNS - _UPPER, upper), schedule, texts["no_tasks"])
    _place_chart(page, (second, 0, _LOWER, lower), units, texts["no_items"])
    _place_chart(page, (second, _LOWER, _COLUMNS - _LOWER, lower), errors, texts["no_errors"])
    return end, [] if fits_one_page else [second]


def _height(chart: TitledChart | None, bar: int, frame: int) -> int:
    """The height in pixels of a chart of bars: at least 200, at most a page."""
    return min(max(200, frame + bar * chart.bars if chart else 0), _PAGE_PIXELS - _HEAD_PIXELS - _ROW_PIXELS)


def _place_chart(page: Page, box: tuple[int, int, int, int], chart: TitledChart | None, reason: str) -> None:
    """Puts a chart into `box` (row, first column, columns, height in pixels), or the `reason` why there is none."""
    row, column, columns, height = box
    if chart is None:
        page.across((row + 1, column, column + columns - 1), reason, "note", "centered")
        return
    set_size(chart.chart, columns * _COLUMN_PIXELS - 6, height - 8, chart.margins)
    must(page.sheet.insert_chart(row, column, chart.chart, {"x_offset": 3, "y_offset": 4, "description": chart.title}))


# ---- distributions


def _draw_distributions(page: Page, row: int, figures: Sequence[Figure]) -> int:
    """Draws the distributions, three tables side by side in each band; gives the last row."""
    must(page.sheet.set_row(row, 8))
    row += 1
    blocks = [list(group) for _, group in groupby(figures, key=lambda figure: figure.group)]
    per_band = _COLUMNS // _BLOCK
    for first in range(0, len(blocks), per_band):
        band = blocks[first : first + per_band]
        tallest = max(map(len, band))
        for index, block in enumerate(band):
            _draw_block(page, row, index * _BLOCK, block)
        for offset in range(tallest + 2):
            must(page.sheet.set_row(row + offset, 18))
        must(page.sheet.set_row(row + tallest + 2, 12))
        row += tallest + 3
    return row - 2


def _draw_block(page: Page, row: int, column: int, figures: Sequence[Figure]) -> None:
    facts = words()["overview"]
    wider = column + _BLOCK == _COLUMNS  # at the right edge no gap is needed

    def place(row: int, part: tuple[int, int]) -> tuple[int, int, int]:
        return row, column + part[0] + (wider and part[0] > 0), column + part[1] + wider

    page.across(place(row, (_NAME[0], _SHARE[1])), figures[0].group, "section")
    for part, name in ((_NAME, "name"), (_NUMBER, "number"), (_SHARE, "share")):
        page.across(place(row + 1, part), facts[name], "header")
    for figure_row, figure in enumerate(figures, row + 2):
        page.across(place(figure_row, _NAME), figure.name, "value")
        page.across_value(place(figure_row, _NUMBER), figure.number, *layers("count", figure.number))
        page.across_value(place(figure_row, _SHARE), figure.share, *layers("bar", figure.share))
    add_bar(page, (row + 2, row + 1 + len(figures)), column + _SHARE[0] + wider)


def layers(look: str, value: int | float | None) -> tuple[str, ...]:
    """The layers of a figure's cell."""
    return (*words()["looks"][look], "grid", *layers_for(look, value))
