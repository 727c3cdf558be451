"""Tables as pandas frames: dates as datetime64, counts as Int64, percents as fractions of one, texts as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rectify_xl.facts import catalog
from rectify_xl.frames.columns import frame_columns
from rectify_xl.messages import sentence
from rectify_xl.model import Book, Finding, Form, Return, Table, Task, TaskState
from rectify_xl.normal import inert

if TYPE_CHECKING:
    import pandas as pd

# The columns of a frame of findings; `message` is the last.
FINDING_COLUMNS = frame_columns("findings")


def frame_of(table: Table, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The table as a frame with a fresh index; a column's dtype follows from its kind (see `columns.DTYPES`).

    A blank is None in a text column (dtype object), NaT, <NA> or NaN in the others; what does not fit its
    column's kind is blank.
    """
    import pandas as pd

    values = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    makers = [_MAKERS.get(kinds[name], _texts) for name in table.columns]
    series = {name: make(column) for name, make, column in zip(table.columns, makers, values, strict=True)}
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


# ---- the tables that only frames show


def tasks_table(book: Book) -> Table:
    """One row per unit and task: its window, the state, how much of the evidence is shown, working days left."""
    tasks = {task.id: task for task in book.settings.tasks}
    return Table(frame_columns("tasks"), [_task_row(tasks[state.task], state) for state in book.tasks])


def _task_row(task: Task, state: TaskState) -> tuple[Any, ...]:
    return (
        state.task, task.item, task.time, task.start, task.end, state.unit_code, state.unit_name, state.state,
        state.shown, state.asked, state.shown_on, state.workdays_left,
    )  # fmt: skip


def deadlines_table(book: Book) -> Table:
    """One row per item that can be owed: the day it is owed by, its state, working days left (see `Due`)."""
    rows: list[tuple[Any, ...]] = []
    for name, dues in book.dues.items():
        form = catalog.forms()[name]
        if form.restricted:
            continue
        for item, due in zip(book.items[name], dues, strict=True):
            text = _text_of(form, item.values)
            rows.append((name, item.unit_code, item.unit_name, item.number or None, text,
                         due.day, due.state, due.workdays_left))  # fmt: skip
    return Table(frame_columns("deadlines"), rows)


def _text_of(form: Form, values: Sequence[Any]) -> Any:
    """What an item is about: the last column of its form's key (the problem, the name, the finding)."""
    return values[form.positions[form.key[-1]]] if form.key else None


def findings_table(findings: Sequence[Finding]) -> Table:
    """One row per finding with its sentence; `row` is Excel's row number, `column` the form's column name."""
    return Table(FINDING_COLUMNS, [(*finding_values(finding), sentence(finding)) for finding in findings])


def finding_values(finding: Finding) -> tuple[Any, ...]:
    """A finding's values in the order of FINDING_COLUMNS, without its sentence."""
    return (
        finding.level, finding.code, inert(finding.file), inert(finding.sheet), finding.cell, finding.row,
        finding.column, finding.label, finding.value,
    )  # fmt: skip


def returns_table(returns: Sequence[Return]) -> Table:
    """One row per file: its verdict (accepted, returned, ...), whose it is, its findings by level, its good rows."""
    return Table(frame_columns("checked"), [_return_row(return_) for return_ in returns])


def _return_row(return_: Return) -> tuple[Any, ...]:
    levels = Counter(finding.level for finding in return_.findings)
    good = sum(len(form_rows.good) for form_rows in return_.forms)
    return (
        inert(return_.file), return_.verdict, return_.unit_code, return_.unit_name, return_.filled_on, return_.saved,
        return_.digest, levels["error"], levels["warning"], levels["fixed"], good,
    )  # fmt: skip
