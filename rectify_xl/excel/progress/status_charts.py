"""The data and titles of the status workbook's charts: rows chosen, and written beside the printed area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xlsxwriter.chart import Chart

from rectify_xl.excel.progress.charts import (
    Data,
    Margins,
    Span,
    errors_chart,
    gantt_chart,
    margins_for,
    serial,
    shares_chart,
    states_chart,
)
from rectify_xl.excel.writing.page import Page
from rectify_xl.excel.writing.styles import must
from rectify_xl.facts import catalog
from rectify_xl.model import Task
from rectify_xl.normal import display_width
from rectify_xl.progress.tasks import task_headings
from rectify_xl.progress.units import BAND, words
from rectify_xl.shares import percent_text

# The most units in a chart, and the longest name (in widths of a digit).
MOST_UNITS, MOST_ERRORS, LONGEST_NAME = 30, 15, 30
# The farthest that a day of judgement may lie outside the schedule and still be drawn.
_NEAR = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class TitledChart:
    """A chart, its title, its number of bars, and the margins round them."""

    chart: Chart
    title: str
    bars: int = 0
    margins: Margins | None = None


def completion(page: Page, column: int) -> TitledChart | None:
    """The chart of units by the states of their items; None where nobody has items."""
    table, states = page.tables["units"], catalog.states("item")
    index = {name: place for place, name in enumerate(table.columns)}
    rows = [row for row in table.rows[:-1] if row[index["items"]]]
    if not rows:
        return None
    is_cut = len(rows) > MOST_UNITS
    if is_cut:
        rows = sorted(rows, key=lambda row: row[index["completion"]])[:MOST_UNITS]
    lines = [
        (
            f"{_short(row[index['unit_name']])} {percent_text(row[index['completion']])}",
            *(row[index[name]] for name in states),
        )
        for row in reversed(rows)
    ]
    data = _write_data(page, column, [*states.values()], lines)
    title = words()["charts"]["completion_some" if is_cut else "completion"]
    text = title.format(shown=len(rows), units=len(table.rows) - 1)
    chart = shares_chart(page.workbook, data, list(states), text)
    return TitledChart(chart=chart, title=text, bars=len(rows), margins=_margins(lines, 2))


def errors(page: Page, column: int) -> TitledChart | None:
    """The chart of the units with most errors; None where there are none."""
    table = page.tables["quality"]
    index = {name: place for place, name in enumerate(table.columns)}
    faulty = [row for row in table.rows[:-1] if row[index["errors"]]]
    if not faulty:
        return None
    rows = sorted(faulty, key=lambda row: -row[index["errors"]])[:MOST_ERRORS]
    lines = [(_short(row[index["unit_name"]]), row[index["errors"]]) for row in reversed(rows)]
    data = _write_data(page, column, [words()["columns"]["errors"]["label"]], lines)
    title = words()["charts"]["errors_some" if len(faulty) > len(rows) else "errors"]
    text = title.format(shown=len(rows), units=len(faulty))
    chart = errors_chart(page.workbook, data, text)
    return TitledChart(chart=chart, title=text, bars=len(rows), margins=_margins(lines, 0))


def states(page: Page, column: int) -> TitledChart | None:
    """The ring of items by state; None without items."""
    table = page.tables["units"]
    if not table.rows:
        return None
    total = dict(zip(table.columns, table.rows[-1], strict=True))
    names, facts = catalog.states("item"), words()["charts"]
    counts = {key: total[key] for key in names if total[key]}
    if not counts:
        return None
    lines = [(facts["state"].format(state=names[key], items=count), count) for key, count in counts.items()]
    data = _write_data(page, column, [facts["data"]], lines)
    title = facts["states"].format(items=total["items"])
    return TitledChart(chart=states_chart(page.workbook, data, counts, title), title=title)


def gantt(page: Page, column: int) -> TitledChart | None:
    """The chart of the dated tasks with the day of judgement; None where no task is dated."""
    tasks, day = page.book.settings.tasks, page.book.as_of
    dated = [(t, start, end) for t in tasks if (start := t.start or t.end) and (end := t.end or t.start)]
    if not dated:
        return None
    first, last = min(start for _, start, _ in dated), max(end for *_, end in dated)
    has_day = first - _NEAR <= day <= last + _NEAR
    span = Span(first=min(first, day), last=max(last, day), has_day=True) if has_day else None
    span = span or Span(first=first, last=last, has_day=False)
    names = dict(zip((task.id for task in tasks), task_headings(tasks), strict=True))
    labels = _labels(names, [task for task, *_ in dated])
    lines = [
        (label, start, *_past_and_coming(start, end, day), *_day_line(day, span))
        for label, (_, start, end) in zip(labels, dated, strict=True)
    ]
    facts = words()["charts"]
    headings = [words()["columns"]["start"]["label"], facts["past"], facts["ahead"], facts["day"], facts["day"]]
    data = _write_data(page, column, headings, lines[::-1])
    undated = facts["gantt_undated"].format(undated=len(tasks) - len(dated)) if len(dated) < len(tasks) else ""
    title = facts["gantt"].format(day=facts["gantt_day"] if has_day else "", undated=undated)
    chart = gantt_chart(page.workbook, data, span, title)
    return TitledChart(chart=chart, title=title, bars=len(dated), margins=_margins(lines, 1))


def tasks(page: Page, column: int) -> TitledChart | None:
    """The chart of tasks by the units in each state, for a schedule without any date; None without tasks."""
    table = page.tables["schedule"]
    index = {name: place for place, name in enumerate(table.columns)}
    names = {key: f"states{BAND}{text}" for key, text in catalog.states("task").items() if key != "not_asked"}
    occurring = {key: name for key, name in names.items() if any(row[index[name]] for row in table.rows)}
    if not occurring:
        return None
    lines = [
        (_short(f"{row[index['id']]} {row[index['item']]}"), *(row[index[name]] for name in occurring.values()))
        for row in reversed(table.rows)
    ]
    data = _write_data(page, column, [catalog.states("task")[key] for key in occurring], lines)
    title = words()["charts"]["tasks"]
    chart = shares_chart(page.workbook, data, list(occurring), title)
    return TitledChart(chart=chart, title=title, bars=len(lines), margins=_margins(lines, 2))


def _labels(names: Mapping[str, str], tasks: Sequence[Task]) -> list[str]:
    """The tasks' names with their times; without any where one would not fit whole: the axis tells the days too."""
    timed = [f"{names[task.id]} {task.time}".rstrip() for task in tasks]
    if max(map(display_width, timed)) <= LONGEST_NAME:
        return timed
    return [_short(names[task.id]) for task in tasks]


def _past_and_coming(start: date, end: date, day: date) -> tuple[int, int]:
    """The days of a window before the day of judgement, and those from it on."""
    whole = (end - start).days + 1
    past = min(max((day - start).days, 0), whole)
    return past, whole - past


def _day_line(day: date, span: Span) -> tuple[float, float]:
    """The beginning and the thickness, in days, of the line in the middle of the day of judgement."""
    thickness = min((span.last - span.first).days / 150 + 0.1, 1.0)
    return serial(day) + (1 - thickness) / 2, thickness


def _margins(lines: Sequence[tuple[Any, ...]], below: int) -> Margins:
    return margins_for([line[0] for line in lines], below=below)


def _short(name: str) -> str:
    """A name cut to what the axis of a chart has room for."""
    if display_width(name) <= LONGEST_NAME:
        return name
    kept = ""
    for character in name:
        if display_width(kept + character) > LONGEST_NAME - 2:
            break
        kept += character
    return f"{kept}…"


def _write_data(page: Page, column: int, headings: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Data:
    """Writes a chart's numbers at the top of the sheet from `column` on, and folds these columns away."""
    page.text(0, column, words()["charts"]["data"], "muted")
    for offset, heading in enumerate(headings, 1):
        page.text(0, column + offset, heading, "muted")
    for row, values in enumerate(rows, 1):
        for offset, value in enumerate(values):
            page.value(row, column + offset, value, *(("date",) if isinstance(value, date) else ()), "muted")
    must(page.sheet.set_column(column, column + len(headings), 12, None, {"level": 1, "hidden": True}))
    return Data(sheet=page.sheet.get_name(), row=0, column=column, count=len(rows))
