"""The native charts of the status workbook: states of items, progress and errors by unit, the schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart

from rectify_xl.excel.writing.styles import colours
from rectify_xl.facts import catalog
from rectify_xl.normal import display_width
from rectify_xl.progress.units import words
from rectify_xl.shares import places_of

# Sizes of type in points.
_TITLE, _TEXT, _SMALL = 12, 9, 8
# The width of a digit of the small type; a Chinese character is twice as wide.
_DIGIT_PIXELS = 5.8
# A number format without zeros, which would label every bar.
_COUNTS = "0;;"
_DAYS = 'm"-"d'
# Slices of the ring smaller than this get no label: the labels would overlap.
_LEAST_LABELLED = 0.05
# The gap between bars in percent of their thickness, and how much it grows for each bar fewer than a few.
_GAP, _THINNER, _FEW_BARS = 45, 60, 5
# (longest schedule in days, days between two of its grid lines).
_STEPS = ((21, 2), (45, 5), (120, 14), (400, 31))


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """The cells of a chart's numbers: a heading row, below it `count` rows with their names in the first column."""

    sheet: str
    row: int
    column: int
    count: int

    def heading(self, number: int) -> list[Any]:
        """The cell with the heading of a column of numbers (from 1)."""
        return [self.sheet, self.row, self.column + number]

    def values(self, number: int) -> list[Any]:
        """The cells of a column of numbers (from 1); 0 gives those of the names."""
        return [self.sheet, self.row + 1, self.column + number, self.row + self.count, self.column + number]


def series(data: Data, number: int, fill: str, **more: Any) -> dict[str, Any]:
    """One series of bars from a column of the data (from 1), filled like the state or part `fill`."""
    cells = {"name": data.heading(number), "categories": data.values(0), "values": data.values(number)}
    return {**cells, **fill_for(fill), **more}


def fill_for(name: str) -> dict[str, Any]:
    """The fill of a state or a part: a colour or a pattern, with a line around it."""
    facts, palette = words()["fills"][name], colours()
    edge = {"border": {"color": palette["ink"], "width": 0.5}}
    if "pattern" not in facts:
        return {"fill": {"color": palette[facts["colour"]]}, **edge}
    colours_of = {"fg_color": palette[facts["colour"]], "bg_color": palette[facts["ground"]]}
    return {"pattern": {"pattern": facts["pattern"], **colours_of}, **edge}


def labels_for(name: str) -> dict[str, Any]:
    """The numbers on the bars of a state, in a colour readable on its fill."""
    colour = words()["fills"][name].get("label", "ink")
    return {"value": True, "num_format": _COUNTS, "font": _font(_SMALL, color=colours()[colour], bold=True)}


def _font(size: float, **more: Any) -> dict[str, Any]:
    return {"name": catalog.words("style")["fonts"]["body"], "size": size, **more}


def _styled(chart: Chart, title: str, *, legend: Mapping[str, Any] | None = None) -> Chart:
    heading = {"name": catalog.words("style")["fonts"]["heading"], "size": _TITLE, "bold": False}
    chart.set_title({"name": title, "name_font": {**heading, "color": colours()["band"]}, "overlay": False})
    chart.set_chartarea({"border": {"color": colours()["line"], "width": 0.75}, "fill": {"color": colours()["white"]}})
    chart.set_legend({"font": _font(_TEXT), **legend} if legend else {"none": True})
    chart.show_hidden_data()
    return chart


def _axes(chart: Chart, along: Mapping[str, Any]) -> None:
    """The axes of a bar chart: names without marks on the left, numbers along the bottom."""
    grid = {"visible": True, "line": {"color": colours()["line"], "width": 0.5, "dash_type": "dash"}}
    quiet = {"major_tick_mark": "none", "minor_tick_mark": "none", "line": {"color": colours()["muted"], "width": 0.75}}
    # What xlsxwriter calls the x axis of a bar chart is the one along the bottom.
    all_names = {"interval_unit": 1, "major_gridlines": {"visible": False}}
    chart.set_y_axis({"num_font": _font(_SMALL), **all_names, **quiet})
    chart.set_x_axis({"num_font": _font(_TEXT), "major_gridlines": grid, **quiet, **along})


@dataclass(frozen=True, kw_only=True, slots=True)
class Margins:
    """The free pixels around the bars of a chart: for names on the left, numbers and legend below."""

    left: float
    bottom: float
    right: float = 26


def margins_for(names: Sequence[str], *, below: int) -> Margins:
    """The margins for these names beside the bars and for `below` lines of text under them."""
    return Margins(left=16 + _DIGIT_PIXELS * max(map(display_width, names)), bottom=12 + 24 * below)


def set_size(chart: Chart, width: int, height: int, margins: Margins | None) -> None:
    """Sizes a chart in pixels, with fixed margins round its bars: else some programs would leave out names."""
    chart.set_size({"width": width, "height": height})
    if margins:
        top = 44 + height / 40  # the title stands the lower the higher the chart
        across, down = width - margins.left - margins.right, height - top - margins.bottom
        place = {"x": margins.left / width, "y": top / height}
        chart.set_plotarea({"layout": {**place, "width": across / width, "height": down / height}})


# ---- the charts


def states_chart(workbook: xlsxwriter.Workbook, data: Data, counts: Mapping[str, int], title: str) -> Chart:
    """A ring of the items by state; `counts` are the data's numbers by the states' code names."""
    chart = workbook.add_chart({"type": "doughnut"})
    shares = {name: count / sum(counts.values()) for name, count in counts.items()}
    custom = [
        {"font": labels_for(name)["font"]} if share >= _LEAST_LABELLED else {"delete": True}
        for name, share in shares.items()
    ]
    label = {"percentage": True, "font": _font(_TEXT, bold=True), "custom": custom}
    if places := places_of(max(shares.values())):
        label["num_format"] = f"0.{'0' * places}%"
    points = [fill_for(name) for name in counts]
    cells = {"categories": data.values(0), "values": data.values(1)}
    chart.add_series({**cells, "points": points, "data_labels": label})
    chart.set_hole_size(45)
    return _styled(chart, title, legend={"position": "right"})


def shares_chart(workbook: xlsxwriter.Workbook, data: Data, states: Sequence[str], title: str) -> Chart:
    """A bar a unit or task: the shares of each state, with their numbers; the data's last row is on top."""
    chart = workbook.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for number, name in enumerate(states, 1):
        chart.add_series(series(data, number, name, data_labels=labels_for(name), gap=_gap(data)))
    _axes(chart, {"num_format": "0%", "min": 0, "max": 1, "major_unit": 0.25})
    return _styled(chart, title, legend={"position": "bottom"})


def _gap(data: Data) -> int:
    """The gap between bars in percent of their thickness, wider where few bars would otherwise be blocks."""
    return _GAP + _THINNER * max(_FEW_BARS - data.count, 0)


def errors_chart(workbook: xlsxwriter.Workbook, data: Data, title: str) -> Chart:
    """A bar a unit with its number of errors; the data's last row is on top."""
    chart = workbook.add_chart({"type": "bar"})
    chart.add_series(series(data, 1, "errors", data_labels=labels_for("errors"), gap=_gap(data)))
    _axes(chart, {"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    return _styled(chart, title)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The days that the schedule's chart shows, first and last included, and whether the day of judgement is one."""

    first: date
    last: date
    has_day: bool


def gantt_chart(workbook: xlsxwriter.Workbook, data: Data, span: Span, title: str) -> Chart:
    """A bar a task from its first to its last day, past days darker than coming ones, the day of judgement as a line.

    Columns of the data: the day the window begins, its past and coming days; where the line of the day of judgement
    begins, and how thick it is. The first of each group is an invisible bar that moves the others to their place.
    """
    chart = workbook.add_chart({"type": "bar", "subtype": "stacked"})
    hidden = {"fill": {"none": True}, "border": {"none": True}}
    chart.add_series({**series(data, 1, "past"), **hidden, "gap": 40})
    chart.add_series(series(data, 2, "past"))
    chart.add_series(series(data, 3, "ahead"))
    days = (span.last - span.first).days + 1
    step = next((step for longest, step in _STEPS if days <= longest), days // 10)
    along = {"min": serial(span.first), "max": serial(span.last) + 1, "num_format": _DAYS, "major_unit": step}
    _axes(chart, along)
    if span.has_day:
        mark = workbook.add_chart({"type": "bar", "subtype": "stacked"})
        mark.add_series({**series(data, 4, "day"), **hidden, "gap": 0, "overlap": 100, "y2_axis": True})
        mark.add_series({**series(data, 5, "day"), "border": {"none": True}, "y2_axis": True})
        # Invisible but not removed: LibreOffice draws nothing along a removed axis.
        invisible = {"label_position": "none", "line": {"none": True}, "major_tick_mark": "none"}
        mark.set_y2_axis({**along, **invisible, "major_gridlines": {"visible": False}})
        chart.combine(mark)
    # No legend: it would name the invisible bars. The title explains the colours.
    return _styled(chart, title)


def serial(day: date) -> int:
    """The day as Excel's serial number."""
    return (day - date(1899, 12, 30)).days
