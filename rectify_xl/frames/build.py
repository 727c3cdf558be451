"""Tables as pandas frames: dates as datetime64, counts as Int64, percents as fractions of one, texts as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rectify_xl import catalog
from rectify_xl.frames.columns import frame_columns
from rectify_xl.messages import sentence
from rectify_xl.model import Book, Finding, Form, Return, Table
from rectify_xl.normal import inert

if TYPE_CHECKING:
    import pandas as pd

# What a finding's values are, in order; `message` is last.
FINDING_COLUMNS = frame_columns("findings")


def frame_of(table: Table, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The table as a frame with a fresh index; a column's dtype follows from its kind (see `columns.DTYPES`).

    A blank is None in a text column (dtype object), NaT, <NA> or NaN in the others; what does not fit its
    column's kind is blank.
    """
    import pandas as pd

    values = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    makers = [_MAKERS.get(kinds[name], _texts) for name in table.columns]
    series = {name: make(held) for name, make, held in zip(table.columns, makers, values, strict=True)}
    return pd.DataFrame(series, columns=list(table.columns))


# ---- one column


def _dates(values: Sequence[Any]) -> Any:
    import numpy as np

    days = [value if isinstance(value, date) else None for value in values]
    return np.array(days, dtype="datetime64[D]").astype("datetime64[ns]")


def _counts(values: Sequence[Any]) -> Any:
    import pandas as pd

    return pd.array([value if _is_number(value) else None for value in values], dtype="Int64")


def _shares(values: Sequence[Any]) -> Any:
    import numpy as np

    return np.array([value if _is_number(value) else None for value in values], dtype="float64")


def _flags(values: Sequence[Any]) -> Any:
    import pandas as pd

    return pd.array([None if value is None else bool(value) for value in values], dtype="boolean")


def _texts(values: Sequence[Any]) -> Any:
    import pandas as pd

    return pd.Series([None if value == "" else value for value in values], dtype=object)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_MAKERS: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "date": _dates,
    "integer": _counts,
    "percent": _shares,
    "flag": _flags,
}


# ---- the tables that are made for frames alone


def tasks_table(book: Book) -> Table:
    """One row per unit and task: its window, the state, how much of the evidence is shown, working days left."""
    tasks = {task.id: task for task in book.settings.tasks}

    def row(place: int) -> tuple[Any, ...]:
        told = book.tasks[place]
        task = tasks[told.task]
        return (
            told.task, task.item, task.time, task.start, task.end, told.unit_code, told.unit_name, told.state,
            told.shown, told.asked, told.shown_on, told.workdays_left,
        )  # fmt: skip

    return Table(frame_columns("tasks"), [row(place) for place in range(len(book.tasks))])


def deadlines_table(book: Book) -> Table:
    """One row per item that can be owed: the day it is owed by, its state, working days left (see `Due`)."""
    rows: list[tuple[Any, ...]] = []
    for name, dues in book.dues.items():
        form = catalog.forms()[name]
        for item, due in zip(book.items[name], dues, strict=True) if not form.restricted else ():
            told = (name, item.unit_code, item.unit_name, item.number or None, _text_of(form, item.values))
            rows.append((*told, due.day, due.state, due.workdays_left))
    return Table(frame_columns("deadlines"), rows)


def _text_of(form: Form, values: Sequence[Any]) -> Any:
    """What an item is about: the last column of its form's key (the problem, the name, the finding)."""
    return values[form.positions[form.key[-1]]] if form.key else None


def findings_table(findings: Sequence[Finding], lang: str = "zh") -> Table:
    """One row per finding with its sentence; `row` is Excel's row number, `column` the form's column name."""
    return Table(FINDING_COLUMNS, [(*finding_values(finding), sentence(finding, lang)) for finding in findings])


def finding_values(finding: Finding) -> tuple[Any, ...]:
    """A finding's values in the order of FINDING_COLUMNS, without its sentence."""
    return (
        finding.level, finding.code, inert(finding.file), inert(finding.sheet), finding.cell, finding.row,
        finding.column, finding.label, finding.value,
    )  # fmt: skip


def returns_table(returns: Sequence[Return]) -> Table:
    """One row per file: its verdict (accepted, returned, ...), whose it is, its findings by level, its good rows."""
    rows = []
    for told in returns:
        levels = [sum(finding.level == level for finding in told.findings) for level in ("error", "warning", "fixed")]
        good = sum(len(held.good) for held in told.forms)
        rows.append(
            (
                inert(told.file), told.verdict, told.unit_code, told.unit_name, told.filled_on, told.saved,
                told.digest, *levels, good,
            )
        )  # fmt: skip
    return Table(frame_columns("checked"), rows)
