"""The work schedule of 配置.xlsx as tasks: rows of one number are one task, each with a piece of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rectify_xl.days.periods import Period, PeriodError, parse_period
from rectify_xl.facts import catalog, terms
from rectify_xl.model import Evidence, Form, Task
from rectify_xl.normal import key_text, shown
from rectify_xl.office.settings.cells import Line
from rectify_xl.office.settings.layout import settings_layout
from rectify_xl.rules.expression import ExpressionError
from rectify_xl.rules.expression_text import parse_condition

# Columns of the task; the others belong to the row's piece of evidence.
_OF_TASK = ("time", "item", "content", "remark", "start", "end", "half_day")
_NO_TIME = Period(start=None, end=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the schedule depends on: the lists, the kinds of the units by code, and the campaign's year.

    `year_cell` is where a missing year should stand; "" if a mistake there is noted already.
    """

    lists: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    year: int | None
    year_cell: str


def read_tasks(lines: Sequence[Line], surroundings: Surroundings) -> tuple[Task, ...]:
    """The tasks in the order of their first rows."""
    by_id: dict[str | int, list[Line]] = {}
    for line in lines:
        by_id.setdefault(line.values["id"] or line.row, []).append(line)
    return tuple(_task(of_task, surroundings) for of_task in by_id.values())


def _task(lines: Sequence[Line], surroundings: Surroundings) -> Task:
    first_lines = {name: _first_line(lines, name) for name in _OF_TASK}
    if first_lines["item"] is None and lines[0].values["id"]:
        lines[0].cells["item"].refuse("required")
    start, end, half_day = _window({name: line for name, line in first_lines.items() if line}, surroundings)
    return Task(
        id=lines[0].values["id"],
        start=start,
        end=end,
        half_day=half_day,
        evidence=tuple(e for e in (_evidence(line, surroundings) for line in lines) if e),
        **{name: _value(first_lines[name], name) for name in ("time", "item", "content", "remark")},
    )


def _value(line: Line | None, name: str) -> Any:
    return line.values[name] if line else ""


def _first_line(lines: Sequence[Line], name: str) -> Line | None:
    """The first row of the task that fills the column; rows that say otherwise are noted."""
    filled = [line for line in lines if line.values[name]]
    for line in filled[1:]:
        first = filled[0]
        if key_text(str(line.values[name])) != key_text(str(first.values[name])):
            other = first.cells[name]
            line.cells[name].refuse("contradiction", other=other.name, other_value=shown(other.text))
    return filled[0] if filled else None


# ---- when


def _window(first_lines: Mapping[str, Line], surroundings: Surroundings) -> tuple[date | None, date | None, str | None]:
    """Start, end and half day: each as its own cell says, else as the time says."""
    is_set = "start" in first_lines or "end" in first_lines
    period = _period(first_lines["time"], surroundings, tolerant=is_set) if "time" in first_lines else _NO_TIME
    start = first_lines["start"].values["start"] if "start" in first_lines else period.start
    end = first_lines["end"].values["end"] if "end" in first_lines else period.end
    if start and end and end < start and "end" in first_lines:
        first_lines["end"].cells["end"].refuse("early-end", other=_label("start"), other_value=start)
    elif start and end and end < start:
        first_lines["start"].cells["start"].refuse("late-start", other=_label("end"), other_value=end)
    if "half_day" in first_lines:
        return start, end, first_lines["half_day"].values["half_day"]
    return start, end, period.half_day if start == end else None


def _label(name: str) -> str:
    return settings_layout().sheets["schedule"].column(name).label


def _period(line: Line, surroundings: Surroundings, *, tolerant: bool) -> Period:
    """The period of the time in words, none for a dash; where days have their own cells any wording is taken."""
    cell = line.cells["time"]
    is_fraction = isinstance(cell.raw, float) and not cell.raw.is_integer()
    time = cell.raw if is_fraction else cell.text
    try:
        return _NO_TIME if cell.text in catalog.reading().blanks else parse_period(time, year=surroundings.year)
    except PeriodError as error:
        if not tolerant and (error.reason != "no-year" or surroundings.year_cell):
            layout = settings_layout()
            cell.refuse(
                f"time-{error.reason}",
                start=_label("start"), end=_label("end"), campaign=layout.sheets["campaign"].title,
                year_cell=surroundings.year_cell, year_label=layout.setting("stage_start").label,
            )  # fmt: skip
        return _NO_TIME


# ---- the evidence of a task


def _evidence(line: Line, surroundings: Surroundings) -> Evidence | None:
    """The row's piece of evidence; None for a row that names none."""
    values, cells = line.values, line.cells
    if not values["form"]:
        if values["kinds"] or values["units"] or values["where"]:
            cells["form"].refuse("no-form", options=tuple(terms.form_titles()))
        return None
    form = catalog.forms()[terms.form_titles()[values["form"]]]
    units = values["units"]
    kinds_of_units = (surroundings.kinds.get(code, "") for code in units)
    kinds = values["kinds"] or tuple(dict.fromkeys(filter(None, kinds_of_units)))
    if not kinds and not units:
        cells["kinds"].refuse("no-kinds", other=cells["units"].column.label)
    elif units and not any(surroundings.kinds.get(code, "") in ("", *kinds) for code in units):
        cells["units"].refuse("asks-nobody", other=cells["kinds"].column.label, other_value=cells["kinds"].text)
    _note_condition(line, form, surroundings)
    return Evidence(form=form.name, kinds=kinds, units=units, where=values["where"])


def _note_condition(line: Line, form: Form, surroundings: Surroundings) -> None:
    are_known = all(column.choices in surroundings.lists for column in form.columns if column.choices)
    if not (line.values["where"] and are_known):
        return
    words = terms.condition_words(form, surroundings.lists)
    try:
        parse_condition(line.values["where"], words)
    except ExpressionError as error:
        line.cells["where"].refuse(
            "condition" if error.word else "condition-end",
            word=shown(settings_layout().typed.get(error.word, error.word)), form=form.title,
            options=condition_help(words),
        )  # fmt: skip


def condition_help(words: terms.Words) -> tuple[str, ...]:
    """The columns that a condition may name, each with its options in brackets."""
    layout = settings_layout()
    joint = layout.separators[0]
    return tuple(
        layout.column_words.format(label=label, options=joint.join(options)) for label, (_, options) in words.items()
    )
