"""The fold of one form of one unit: its rows through the weeks, what changed in them, and the items they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rectify_xl.merging.changes import Changes
from rectify_xl.merging.file_conflicts import ledger_conflicts
from rectify_xl.merging.identity import History
from rectify_xl.merging.items import items_from
from rectify_xl.merging.known_rows import Known
from rectify_xl.merging.lower import BroughtReturn
from rectify_xl.merging.office import Standing
from rectify_xl.model import Finding, Form, FormRows, Item, Pending, Return
from rectify_xl.waivers import Matter, is_waived, names_for

# What counts for a unit: a file that came directly, or one that only an office's ledger tells.
Counted = BroughtReturn | Return


class FormFold(NamedTuple):
    """What one form of one unit comes to: `withdrawn` are items that a waiver took out.

    `told_by` gives (unit code, number) where a unit that was merged into this one told an item. `is_plain` says that
    nothing but the unit's own returns, its units and the numbers that its rows were given decided on it: folded again
    once these numbers are known it comes to the same.
    """

    items: Sequence[Item] = ()
    withdrawn: tuple[Item, ...] = ()
    pending: tuple[Pending, ...] = ()
    findings: tuple[Finding, ...] = ()
    told_by: frozenset[tuple[str, str]] = frozenset()
    is_plain: bool = True


# One unit by form.
UnitFold = Mapping[str, FormFold]


def told_of(held: Counted) -> Return:
    """The file as a return, also where only an office's ledger tells it."""
    return held.told if isinstance(held, BroughtReturn) else held


def names_items(form: Form) -> bool:
    """Whether some rule of the form can only be judged by the items of all units."""
    return any(rule.between for rule in form.rules)


def fold_form(
    form: Form, unit: str, returns: Sequence[Counted], known: Known, *, stall_days: int, typed: Standing
) -> FormFold | None:
    """Who is who, what changed, and the items; None where no return has the form. `returns` are in their order."""
    told = [(held, rows) for held in returns for rows in told_of(held).forms if rows.form == form.name]
    if not told:
        return None
    history = _history_of(form, unit, told, known)
    while history.learns():
        history = _history_of(form, unit, told, known)
    known_as = known.roster.by_code(unit)
    name = known_as.name if known_as else told_of(told[-1][0]).unit_name
    items = items_from(history, name, typed)
    direct = [(held, rows) for held, rows in told if isinstance(held, Return)]
    findings, gone = _told(history, items, direct, stall_days)
    return FormFold(
        items=tuple(item for at, item in enumerate(items) if at not in gone),
        withdrawn=tuple(item for at, item in enumerate(items) if at in gone),
        pending=tuple(_counted_for(p, unit, name) for p in history.pending),
        findings=(*findings, *ledger_conflicts(history)),
        told_by=frozenset((code, e.number) for e in history.entries for code in e.units if code != unit),
        is_plain=history.is_plain and not names_items(form),
    )


def _history_of(form: Form, unit: str, told: Iterable[tuple[Counted, FormRows]], known: Known) -> History:
    history = History(form, unit, known)
    for held, rows in told:
        pending = held.pending.get(form.name, ()) if isinstance(held, BroughtReturn) else None
        history.take(told_of(held), rows, pending)
    history.settle()
    return history


def _told(
    history: History, items: Sequence[Item], direct: Sequence[tuple[Return, FormRows]], stall_days: int
) -> tuple[list[Finding], set[int]]:
    """The findings of one history, and the places of the rows that a waiver takes out."""
    places = {id(entry): at for at, entry in enumerate(history.entries)}
    office = {item.number: item.office for item in items if item.number}
    changes = Changes(form=history.form, known=history.known, stall_days=stall_days, office=office)
    gone: set[int] = set()
    made = list(history.findings)
    for change in changes.among(history.entries, direct):
        state = change.entry.states[-1]
        names = names_for(history.form, state.values, change.entry.number)
        matter = Matter(names=names, digest=change.found.digest, filled_on=change.day)
        found = history.known.waivers.told(history.unit, change.found, matter)
        if is_waived(found) and found.code == "missing-row":
            gone.add(places[id(change.entry)])
            found = replace(found, params=(("case", "taken-out"), *found.params))
        made.append(found)
    return made, gone


def _counted_for(pending: Pending, unit: str, name: str) -> Pending:
    """A row that waits, under the unit that it counts for."""
    return pending if pending.unit_code == unit else replace(pending, unit_code=unit, unit_name=name)
