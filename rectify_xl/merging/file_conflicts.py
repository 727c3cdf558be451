"""Files that say different things of one day, and files that came late: told, while the order decides what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.merging.numbering import ref_of
from rectify_xl.merging.row_findings import LedgerRecord, in_ledger
from rectify_xl.merging.row_tracking import RowTracker
from rectify_xl.merging.tracks import Track
from rectify_xl.model import Finding, Form, FormRows, Params, Return, State
from rectify_xl.office.roster import Roster

ReturnFinding = tuple[Return, Finding]


def return_conflicts(returns: Sequence[Return], roster: Roster, as_of: date) -> Iterator[ReturnFinding]:
    """Two returns of a unit that fill in one form differently on one day: told at the later one."""
    for of_unit in _by_unit(returns, roster, as_of).values():
        for place, later in enumerate(of_unit):
            same_day = (
                earlier for earlier in of_unit[:place]
                if earlier.unit_code == later.unit_code and earlier.filled_on == later.filled_on
            )  # fmt: skip
            if other := next((earlier for earlier in same_day if _differ(earlier, later)), None):
                yield later, _return_finding(later, "conflict", other)


def superseded(
    returns: Sequence[Return], arrived: Mapping[str, date], roster: Roster, as_of: date
) -> Iterator[ReturnFinding]:
    """Returns that came in on a later day than one of a later 填报日期 with the same form: that one stands."""
    for of_unit in _by_unit(returns, roster, as_of).values():
        for place, late in enumerate(of_unit):
            newer = [
                r for r in of_unit[place + 1 :]
                if _came_before(r, late, arrived) and r.unit_code == late.unit_code and r.order[0] > late.order[0]
                and _forms(r) & _forms(late)
            ]  # fmt: skip
            if newer:
                yield late, _return_finding(late, "superseded", newer[-1])


def _came_before(one: Return, other: Return, arrived: Mapping[str, date]) -> bool:
    day, other_day = arrived.get(one.digest), arrived.get(other.digest)
    return day is not None and other_day is not None and day < other_day


def _by_unit(returns: Sequence[Return], roster: Roster, as_of: date) -> dict[str, list[Return]]:
    """The returns by the unit they count for, in their order."""
    by_unit: dict[str, list[Return]] = {}
    for return_ in returns:
        by_unit.setdefault(roster.successor(return_.unit_code, as_of), []).append(return_)
    return by_unit


def _return_finding(return_: Return, code: str, other: Return) -> Finding:
    level = catalog.codes()[code].level
    return Finding(level=level, code=code, file=return_.file, digest=return_.digest, params=(("other", other.file),))


def _forms(return_: Return) -> set[str]:
    """The forms of which a return has rows."""
    return {rows.form for rows in return_.forms if rows.good or rows.bad}


def _differ(one: Return, other: Return) -> bool:
    """Whether two returns say different things in a form of which both have rows."""
    by_form = {rows.form: _values(rows) for rows in one.forms if rows.good or rows.bad}
    filled_in = (rows for rows in other.forms if rows.good or rows.bad)
    return any(rows.form in by_form and by_form[rows.form] != _values(rows) for rows in filled_in)


def _values(rows: FormRows) -> list[tuple[Any, ...]]:
    return [(*row.values, *row.typed) for row in rows.rows()]


# ---- a lower office's ledger against what came directly


def ledger_conflicts(tracker: RowTracker) -> Iterator[Finding]:
    """Rows of which a lower office's ledger says something else than a unit's return, or another ledger, that day.

    And rows that have another number there than here.
    """
    for track in tracker.tracks:
        for record in track.ledger_records:
            in_record = record.row.item.latest
            other = next((s for s in track.states if _disagree(tracker.form, track, in_record, s)), None)
            if record.row.item.number not in ("", track.number):
                yield _ledger_finding(tracker.form, record, (("case", "renumbered"), ("here", track.number)))
            elif other:
                yield _ledger_finding(tracker.form, record, (("case", "ledger"), ("other", other.file)))


def _disagree(form: Form, track: Track, in_ledger: State, state: State) -> bool:
    """Whether a state of the same day, or the very same one, says something else than the ledger."""
    is_same = ref_of(in_ledger) == ref_of(state)
    if not is_same and (state.filled_on != in_ledger.filled_on or track.ledger_record_of(state)):
        return False
    return _compared_values(form, in_ledger) != _compared_values(form, state)


def _compared_values(form: Form, state: State) -> list[Any]:
    """A row's values but its number and the deadline, which in a ledger is the agreed one."""
    agreed = form.deadline.due if form.deadline and form.deadline.agreed else ""
    pairs = zip(form.columns, state.values, strict=True)
    return [value for column, value in pairs if not column.assigned and column.name != agreed]


def _ledger_finding(form: Form, record: LedgerRecord, told: Params) -> Finding:
    """A conflict, told at the ledger's own cell."""
    number = record.row.item.number
    column = next((column for column in form.columns if column.assigned), form.columns[0])
    level, params = catalog.codes()["conflict"].level, (*told, ("number", number))
    finding = Finding(level=level, code="conflict", params=params, form=form.name)
    return in_ledger(replace(finding, column=column.name, label=column.label, value=number), record, form)
