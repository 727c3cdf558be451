"""Files that say different things of one day, and files that came late: told, while the order decides what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.merging.given import ref_of
from rectify_xl.merging.identity import History
from rectify_xl.merging.known_rows import Entry
from rectify_xl.merging.row_findings import Fact, at_fact
from rectify_xl.model import Finding, Form, FormRows, Return, State
from rectify_xl.roster import Roster

About = tuple[Return, Finding]


def return_conflicts(returns: Sequence[Return], roster: Roster, as_of: date) -> Iterator[About]:
    """Two returns of a unit that tell one form differently on one day: told at the later one."""
    for held in _by_unit(returns, roster, as_of).values():
        for place, later in enumerate(held):
            for earlier in held[:place]:
                is_one = earlier.unit_code == later.unit_code and earlier.filled_on == later.filled_on
                if is_one and _differ(earlier, later):
                    yield later, _about(later, "conflict", earlier)
                    break


def superseded(
    returns: Sequence[Return], arrived: Mapping[str, date], roster: Roster, as_of: date
) -> Iterator[About]:
    """Returns that came in on a later day than one of a later 填报日期 with the same form: that one stands."""
    for held in _by_unit(returns, roster, as_of).values():
        for place, late in enumerate(held):
            day = arrived.get(late.digest)
            newer = [
                r for r in held[place + 1 :]
                if day and r.unit_code == late.unit_code and _forms(r) & _forms(late)
                and arrived.get(r.digest, date.max) < day and r.order[0] > late.order[0]
            ]  # fmt: skip
            if newer:
                yield late, _about(late, "superseded", newer[-1])


def _by_unit(returns: Sequence[Return], roster: Roster, as_of: date) -> dict[str, list[Return]]:
    made: dict[str, list[Return]] = {}
    for held in returns:
        made.setdefault(roster.successor(held.unit_code, as_of), []).append(held)
    return made


def _about(held: Return, code: str, other: Return) -> Finding:
    level = catalog.codes()[code].level
    return Finding(level=level, code=code, file=held.file, digest=held.digest, params=(("other", other.file),))


def _forms(held: Return) -> set[str]:
    return {rows.form for rows in held.forms if rows.good or rows.bad}


def _differ(one: Return, other: Return) -> bool:
    told = {rows.form: _values(rows) for rows in one.forms if rows.good or rows.bad}
    return any(
        rows.form in told and told[rows.form] != _values(rows) for rows in other.forms if rows.good or rows.bad
    )


def _values(rows: FormRows) -> list[tuple[Any, ...]]:
    return [(*row.values, *row.typed) for row in rows.rows()]


# ---- an office's ledger against what came directly


def ledger_conflicts(history: History) -> Iterator[Finding]:
    """Rows that an office's ledger tells otherwise than a unit's return (or another ledger) of the same day."""
    for entry in history.entries:
        for fact in entry.facts:
            state = fact.row.item.latest
            other = next((s for s in entry.states if _disagrees(history.form, entry, state, s)), None)
            if other:
                yield _at_row(history.form, fact, other)


def _disagrees(form: Form, entry: Entry, told: State, state: State) -> bool:
    """Whether a state of the same day, or the very same one, says something else than the ledger."""
    is_same = ref_of(*told[1:4]) == ref_of(*state[1:4])
    if not is_same and (state.filled_on != told.filled_on or entry.fact_of(state)):
        return False
    return _said(form, told) != _said(form, state)


def _said(form: Form, state: State) -> list[Any]:
    """A row's values but its number and the deadline, which in a ledger is the agreed one."""
    agreed = form.deadline.due if form.deadline and form.deadline.agreed else ""
    pairs = zip(form.columns, state.values, strict=True)
    return [value for column, value in pairs if not column.assigned and column.name != agreed]


def _at_row(form: Form, fact: Fact, other: State) -> Finding:
    number = fact.row.item.number
    place = next((at for at, column in enumerate(form.columns) if column.assigned), 0)
    params = (("case", "ledger"), ("number", number), ("other", other.file))
    found = Finding(level=catalog.codes()["conflict"].level, code="conflict", params=params, form=form.name)
    column = form.columns[place]
    return at_fact(replace(found, column=column.name, label=column.label, value=number), fact, form)
