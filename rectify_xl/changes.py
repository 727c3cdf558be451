"""What changed from one return to the next: deadlines moved, items reopened, rows gone, nothing happening."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from rectify_xl import catalog
from rectify_xl.deadlines import form_test
from rectify_xl.expression import names_in
from rectify_xl.kinds import as_text
from rectify_xl.model import Finding, Form, FormRows, Return, Row, State
from rectify_xl.normal import as_typed, shown

Letters = Mapping[str, tuple[str, ...]]


class Known(Protocol):
    """A row known through the weeks, as the fold holds it."""

    number: str
    states: list[State]
    agreed: date | None
    seen_in: str


def row_finding(
    form: Form, held: Return, row: Row, letters: Letters, *, code: str, column: str, params: tuple[tuple[str, Any], ...]
) -> Finding:
    """A finding between returns at a row's cell of a column."""
    position = form.positions[column]
    letter = (letters.get(row.sheet) or [""] * (position + 1))[position]
    value = row.values[position]
    return Finding(
        level=catalog.codes()[code].level,
        code=code,
        file=held.file,
        sheet=row.sheet,
        cell=f"{letter}{row.row}" if letter else "",
        row=row.row,
        column=column,
        label=form.columns[position].label,
        value="" if value is None else as_typed(as_text(value)),
        params=params,
        form=form.name,
        digest=held.digest,
    )


def change_findings(
    form: Form, entries: Sequence[Known], latest: tuple[Return, FormRows], stall_days: int
) -> Iterator[Finding]:
    """moved-deadline, reopened, stalled and missing-row of one form of one unit, each at the return that shows it."""
    held, rows = latest
    for entry in entries:
        yield from _moved(form, entry)
        yield from _reopened(form, entry)
        if form.unchanged and entry.seen_in == held.digest:
            yield from _stalled(form, entry, stall_days)
    if rows.good or rows.bad:
        for entry in entries:
            if entry.seen_in != held.digest:
                yield _missing(form, entry, held, rows)


def _at(form: Form, state: State, code: str, column: str, params: tuple[tuple[str, Any], ...]) -> Finding:
    """A finding at the cell of a state."""
    held = Return(file=state.file, digest=state.digest)
    row = Row(state.sheet, state.row, state.values)
    return row_finding(form, held, row, {state.sheet: state.letters}, code=code, column=column, params=params)


def _moved(form: Form, entry: Known) -> Iterator[Finding]:
    if form.deadline is None or not form.deadline.agreed or entry.agreed is None:
        return
    position = form.positions[form.deadline.due]
    for before, state in zip(entry.states, entry.states[1:], strict=False):
        told = state.values[position]
        if told != entry.agreed and told != before.values[position]:
            params = (("old", entry.agreed), ("new", told or ""))
            yield _at(form, state, "moved-deadline", form.deadline.due, params)


def _reopened(form: Form, entry: Known) -> Iterator[Finding]:
    if form.closed_when is None:
        return
    closed = form_test(form, form.closed_when)
    column = next(names_in(form.closed_when))
    position = form.positions[column]
    for before, state in zip(entry.states, entry.states[1:], strict=False):
        if closed(before.values, ()) and not closed(state.values, ()):
            params = (("old", before.values[position]), ("new", state.values[position]))
            yield _at(form, state, "reopened", column, params)


def _stalled(form: Form, entry: Known, stall_days: int) -> Iterator[Finding]:
    """An open row whose status and progress stood still for that many days of 填报日期."""
    deadline = form.deadline
    latest = entry.states[-1]
    if deadline is None or form_test(form, deadline.done)(latest.values, ()):
        return
    if deadline.standing and form_test(form, deadline.standing)(latest.values, ()):
        return
    positions = [form.positions[name] for name in form.unchanged]
    since = latest
    for state in reversed(entry.states):
        if any(state.values[p] != latest.values[p] for p in positions):
            break
        since = state
    days = (latest.filled_on - since.filled_on).days
    if days and days >= stall_days:
        yield _at(form, latest, "stalled", form.unchanged[0], (("days", days), ("since", since.filled_on)))


def _missing(form: Form, entry: Known, held: Return, rows: FormRows) -> Finding:
    last = entry.states[-1]
    sheet = next(iter(rows.letters), "")
    key = "，".join(shown(as_text(v), 30) for n in form.key if (v := last.values[form.positions[n]]) is not None)
    params = (("number", entry.number or key), ("other", f"{last.file} {last.sheet}!{last.row}"))
    return Finding(
        level="warning", code="missing-row", file=held.file, sheet=sheet, params=params, form=form.name,
        digest=held.digest,
    )  # fmt: skip
