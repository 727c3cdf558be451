"""The work schedule of 配置.xlsx as tasks: rows of one number are one task, each with a piece of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rectify_xl import catalog, terms
from rectify_xl.expression import ExpressionError
from rectify_xl.expression_text import parse_condition
from rectify_xl.model import Evidence, Form, Task
from rectify_xl.normal import key_text, shown
from rectify_xl.periods import Period, PeriodError, parse_period
from rectify_xl.settings.cells import Line
from rectify_xl.settings.layout import settings_layout

# What belongs to the task; the rest of a row to its piece of evidence.
_OF_TASK = ("time", "item", "content", "remark", "start", "end", "half_day")
_NO_TIME = Period(start=None, end=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the schedule rests on: the lists, the kinds of the units by code, and the campaign's year.

    `year_cell` is where the year should stand if there is none; "" if a mistake there is known already.
    """

    lists: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    year: int | None
    year_cell: str


def read_tasks(lines: Sequence[Line], around: Surroundings) -> tuple[Task, ...]:
    """The tasks in the order of their first rows."""
    by_id: dict[str | int, list[Line]] = {}
    for line in lines:
        by_id.setdefault(line.values["id"] or line.row, []).append(line)
    return tuple(_task(held, around) for held in by_id.values())


def _task(lines: Sequence[Line], around: Surroundings) -> Task:
    told = {name: _told(lines, name) for name in _OF_TASK}
    if told["item"] is None and lines[0].values["id"]:
        lines[0].cells["item"].refuse("required")
    start, end, half_day = _window({name: line for name, line in told.items() if line}, around)
    return Task(
        id=lines[0].values["id"],
        start=start,
        end=end,
        half_day=half_day,
        evidence=tuple(e for e in (_evidence(line, around) for line in lines) if e),
        **{name: _value(told[name], name) for name in ("time", "item", "content", "remark")},
    )


def _value(line: Line | None, name: str) -> Any:
    return line.values[name] if line else ""


def _told(lines: Sequence[Line], name: str) -> Line | None:
    """The first row of the task that fills the column; rows that say otherwise are noted."""
    filled = [line for line in lines if line.values[name]]
    for line in filled[1:]:
        first = filled[0]
        if key_text(str(line.values[name])) != key_text(str(first.values[name])):
            other = first.cells[name]
            line.cells[name].refuse("contradiction", other=other.name, other_value=shown(other.text))
    return filled[0] if filled else None


# ---- when


def _window(told: Mapping[str, Line], around: Surroundings) -> tuple[date | None, date | None, str | None]:
    """Start, end and half day: each as its own cell says, else as the time says."""
    is_set = "start" in told or "end" in told
    period = _period(told["time"], around, tolerant=is_set) if "time" in told else _NO_TIME
    start = told["start"].values["start"] if "start" in told else period.start
    end = told["end"].values["end"] if "end" in told else period.end
    if start and end and end < start and "end" in told:
        told["end"].cells["end"].refuse("early-end", other=_label("start"), other_value=start)
    elif start and end and end < start:
        told["start"].cells["start"].refuse("late-start", other=_label("end"), other_value=end)
    if "half_day" in told:
        return start, end, told["half_day"].values["half_day"]
    return start, end, period.half_day if start == end else None


def _label(name: str) -> str:
    return settings_layout().sheets["schedule"].column(name).label


def _period(line: Line, around: Surroundings, *, tolerant: bool) -> Period:
    """What the time says (a dash as little as nothing); where days have their own cells it may be worded freely."""
    cell = line.cells["time"]
    try:
        return _NO_TIME if cell.text in catalog.reading().blanks else parse_period(cell.text, year=around.year)
    except PeriodError as error:
        if not tolerant and (error.reason != "no-year" or around.year_cell):
            layout = settings_layout()
            cell.refuse(
                f"time-{error.reason}",
                start=_label("start"), end=_label("end"), campaign=layout.sheets["campaign"].title,
                year_cell=around.year_cell, year_label=layout.setting("stage_start").label,
            )  # fmt: skip
        return _NO_TIME


# ---- what shows it done


def _evidence(line: Line, around: Surroundings) -> Evidence | None:
    """The row's piece of evidence; None for a row that names none."""
    values, cells = line.values, line.cells
    if not values["form"]:
        if values["kinds"] or values["units"] or values["where"]:
            cells["form"].refuse("no-form", options=tuple(terms.form_titles()))
        return None
    form = catalog.forms()[terms.form_titles()[values["form"]]]
    units = values["units"]
    kinds = values["kinds"] or tuple(dict.fromkeys(around.kinds[code] for code in units if around.kinds.get(code)))
    if not kinds and not units:
        cells["kinds"].refuse("no-kinds", other=cells["units"].column.label)
    elif units and not any(around.kinds.get(code, "") in ("", *kinds) for code in units):
        cells["units"].refuse("asks-nobody", other=cells["kinds"].column.label, other_value=cells["kinds"].text)
    _note_condition(line, form, around)
    return Evidence(form=form.name, kinds=kinds, units=units, where=values["where"])


def _note_condition(line: Line, form: Form, around: Surroundings) -> None:
    known = all(column.choices in around.lists for column in form.columns if column.choices)
    if not (line.values["where"] and known):
        return
    words = terms.condition_words(form, around.lists)
    try:
        parse_condition(line.values["where"], words)
    except ExpressionError as error:
        line.cells["where"].refuse(
            "condition" if error.word else "condition-end",
            word=shown(settings_layout().typed.get(error.word, error.word)), form=form.title,
            options=words_told(words),
        )  # fmt: skip


def words_told(words: terms.Words) -> tuple[str, ...]:
    """The columns that a condition may name, each with its options in brackets."""
    layout = settings_layout()
    joint = layout.separators[0]
    return tuple(
        layout.column_words.format(label=label, options=joint.join(options)) for label, (_, options) in words.items()
    )
