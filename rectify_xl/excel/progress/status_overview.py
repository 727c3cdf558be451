"""The first sheet of the status workbook: key figures, charts, and how everything is distributed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rectify_xl.excel.progress import status_charts
from rectify_xl.excel.progress.charts import set_size
from rectify_xl.excel.progress.status_charts import Drawn
from rectify_xl.excel.progress.status_page import HEADING_ROW, SUBTITLE_ROW, add_bar, draw_heading, set_print
from rectify_xl.excel.writing.page import Page, layers_for
from rectify_xl.excel.writing.styles import must
from rectify_xl.progress.overview import Figure
from rectify_xl.progress.units import words

# The sheet is a grid of narrow columns: a key figure takes four, a table eight (the last of them a gap, but at the
# right edge), a chart some.
_COLUMNS, _WIDTH, _COLUMN_PIXELS = 24, 4.86, 39
_CARD, _BLOCK = 4, 8
_NAME, _NUMBER, _SHARE = (0, 2), (3, 4), (5, 6)
_ROW_PIXELS = 20
# The scale of the print is fixed, so that the same rows fill a page whatever widths a program gives to columns: pixels
# of a page below one another, and those that the heading takes, alone and with the key figures.
_SCALE, _PAGE_PIXELS, _HEAD_PIXELS, _TOP_PIXELS = 82, 825, 70, 270
_FIRST_CARD_ROW, _CARD_ROWS = 3, 4
# Chart data stands this far right of the grid, apart from each other.
_DATA_COLUMNS = (26, 35, 39, 43)
_UPPER, _LOWER = 9, 16


def draw_overview(page: Page) -> None:
    """Draws the key figures, the four charts with words where there is nothing to draw, then the distributions."""
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
    """The key figures, six abreast; gives the row below them."""
    must(page.sheet.set_row(_FIRST_CARD_ROW - 1, 6))
    abreast = _COLUMNS // _CARD
    for at, figure in enumerate(figures):
        row = _FIRST_CARD_ROW + at // abreast * _CARD_ROWS
        _draw_card(page, row, at % abreast * _CARD, figure)
    rows = -(-len(figures) // abreast)
    for at in range(rows):
        for place, height in enumerate((18, 33, 16, 6)):
            must(page.sheet.set_row(_FIRST_CARD_ROW + at * _CARD_ROWS + place, height))
    return _FIRST_CARD_ROW + rows * _CARD_ROWS


def _draw_card(page: Page, row: int, column: int, figure: Figure) -> None:
    last = column + _CARD - 1
    is_count = figure.number is not None
    value = figure.number if is_count else figure.share
    alarm = ("alarm",) if figure.name in _alarms() and value else ()
    page.across((row, column, last), figure.name, "kpi_label", "kpi_gap")
    told = ("kpi_value", "kpi_gap", "as_count" if is_count else "as_percent", *alarm)
    page.across_value((row + 1, column, last), words()["no_figure"] if value is None else value, *told)
    page.across((row + 2, column, last), figure.note, "kpi_note", "kpi_gap")


def _alarms() -> tuple[str, ...]:
    """The key figures that are bad news unless they are nought."""
    named = words()["overview"]
    return tuple(named[name] for name in words()["alarms"])


# ---- charts


def _draw_charts(page: Page, row: int) -> tuple[int, list[int]]:
    """The charts two by two, on the first page if there is room; gives the row below them and the page breaks."""
    nothing = words()["charts"]
    makers = (status_charts.completion, status_charts.errors, status_charts.states, status_charts.gantt)
    units, wrong, states, times = (make(page, at) for make, at in zip(makers, _DATA_COLUMNS, strict=True))
    times = times or status_charts.tasks(page, _DATA_COLUMNS[-1])
    below = max(_height(units, 18, 116), _height(wrong, 18, 70))
    room = _PAGE_PIXELS - _TOP_PIXELS
    is_short = below + max(240, _height(times, 18, 110)) <= room
    above = room - below if is_short else room
    second = row + -(-above // _ROW_PIXELS)
    end = second + -(-below // _ROW_PIXELS)
    for place in range(row, end):  # said outright: the chart data beside them would change their height
        must(page.sheet.set_row_pixels(place, _ROW_PIXELS))
    _place(page, (row, 0, _UPPER, above), states, nothing["no_items"])
    _place(page, (row, _UPPER, _COLUMNS - _UPPER, above), times, nothing["no_tasks"])
    _place(page, (second, 0, _LOWER, below), units, nothing["no_items"])
    _place(page, (second, _LOWER, _COLUMNS - _LOWER, below), wrong, nothing["no_errors"])
    return end, [] if is_short else [second]


def _height(drawn: Drawn | None, bar: int, frame: int) -> int:
    """Pixels that a chart of bars needs: at least 200, at most a page."""
    return min(max(200, frame + bar * drawn.bars if drawn else 0), _PAGE_PIXELS - _HEAD_PIXELS - _ROW_PIXELS)


def _place(page: Page, box: tuple[int, int, int, int], drawn: Drawn | None, otherwise: str) -> None:
    """Puts a chart into (row, first column, columns, pixels high), or says in its place why there is none."""
    row, column, columns, height = box
    if drawn is None:
        page.across((row + 1, column, column + columns - 1), otherwise, "note", "centered")
        return
    set_size(drawn.chart, columns * _COLUMN_PIXELS - 6, height - 8, drawn.margins)
    must(page.sheet.insert_chart(row, column, drawn.chart, {"x_offset": 3, "y_offset": 4, "description": drawn.title}))


# ---- distributions


def _draw_distributions(page: Page, row: int, figures: Sequence[Figure]) -> int:
    """Three tables abreast, shelf by shelf; gives the last row."""
    must(page.sheet.set_row(row, 8))
    row += 1
    blocks = [list(held) for _, held in groupby(figures, key=lambda figure: figure.group)]
    abreast = _COLUMNS // _BLOCK
    for first in range(0, len(blocks), abreast):
        shelf = blocks[first : first + abreast]
        tallest = max(map(len, shelf))
        for at, block in enumerate(shelf):
            _draw_block(page, row, at * _BLOCK, block)
        for place in range(tallest + 2):
            must(page.sheet.set_row(row + place, 18))
        must(page.sheet.set_row(row + tallest + 2, 12))
        row += tallest + 3
    return row - 2


def _draw_block(page: Page, row: int, column: int, figures: Sequence[Figure]) -> None:
    facts = words()["overview"]

    wider = column + _BLOCK == _COLUMNS  # at the right edge no gap is needed

    def place(at: int, part: tuple[int, int]) -> tuple[int, int, int]:
        return at, column + part[0] + (wider and part[0] > 0), column + part[1] + wider

    page.across(place(row, (_NAME[0], _SHARE[1])), figures[0].group, "section")
    for part, name in ((_NAME, "name"), (_NUMBER, "number"), (_SHARE, "share")):
        page.across(place(row + 1, part), facts[name], "header")
    for at, figure in enumerate(figures, row + 2):
        page.across(place(at, _NAME), figure.name, "value")
        page.across_value(place(at, _NUMBER), figure.number, *layers("count", figure.number))
        page.across_value(place(at, _SHARE), figure.share, *layers("bar", figure.share))
    add_bar(page, (row + 2, row + 1 + len(figures)), column + _SHARE[0] + wider)


def layers(look: str, value: int | float | None) -> tuple[str, ...]:
    """The layers of a figure's cell."""
    return (*words()["looks"][look], "grid", *layers_for(look, value))
