"""The fold of one form of one unit: its rows through the weeks, what changed in them, and the items they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rectify_xl.merging.changes import ChangeRules
from rectify_xl.merging.file_conflicts import ledger_conflicts
from rectify_xl.merging.items import items_from
from rectify_xl.merging.lower_ledgers import LedgerReturn
from rectify_xl.merging.lower_numbers import LowerNumbers
from rectify_xl.merging.office import OfficeValues
from rectify_xl.merging.row_tracking import RowTracker
from rectify_xl.merging.speaking import RowSpeakers, speakers_for
from rectify_xl.merging.tracks import FoldContext
from rectify_xl.model import Finding, Form, FormRows, Item, Pending, Return
from rectify_xl.office.waivers import Matter, is_waived, names_for

# One for all: every other empty one takes 200 bytes.
_NONE: frozenset[tuple[str, str]] = frozenset()
# What counts for a unit: a file that came directly, or one that only a lower office's ledger has.
UnitReturn = LedgerReturn | Return


class FormFold(NamedTuple):
    """What one form of one unit comes to: `withdrawn` are items that a waiver took out.

    `of_merged` gives (unit code, number) where a unit that was merged into this one reported an item. `is_plain` says
    that nothing but the unit's own returns, its units and the numbers that its rows were given decided on it: folded
    again once these numbers are known it comes to the same.
    """

    items: Sequence[Item] = ()
    withdrawn: tuple[Item, ...] = ()
    pending: tuple[Pending, ...] = ()
    findings: tuple[Finding, ...] = ()
    of_merged: frozenset[tuple[str, str]] = _NONE
    is_plain: bool = True


# One unit by form.
UnitFold = Mapping[str, FormFold]


def as_return(return_: UnitReturn) -> Return:
    """The file as a return, also where only a lower office's ledger has it."""
    return return_.return_ if isinstance(return_, LedgerReturn) else return_


def is_judged_by_items(form: Form) -> bool:
    """Whether some rule of the form can only be judged by the items of all units."""
    return any(rule.between for rule in form.rules)


def fold_form(
    form: Form,
    unit: str,
    returns: Sequence[UnitReturn],
    context: FoldContext,
    *,
    stall_days: int,
    office_values: OfficeValues,
) -> FormFold | None:
    """Which rows are the same, what changed, and the items; None where no return has the form.

    `returns` are in their order.
    """
    with_form = [(return_, rows) for return_ in returns for rows in as_return(return_).forms if rows.form == form.name]
    if not with_form:
        return None
    tracker = _tracker_for(form, unit, with_form, context)
    while tracker.learns_numbers():
        tracker = _tracker_for(form, unit, with_form, context)
    in_roster = context.roster.by_code(unit)
    name = in_roster.name if in_roster else as_return(with_form[-1][0]).unit_name
    items = items_from(tracker, name, office_values)
    direct = [(return_, rows) for return_, rows in with_form if isinstance(return_, Return)]
    findings, withdrawn = _changes(tracker, items, direct, stall_days)
    return FormFold(
        items=tuple(item for place, item in enumerate(items) if place not in withdrawn),
        withdrawn=tuple(item for place, item in enumerate(items) if place in withdrawn),
        pending=tuple(_counted_for(pending, unit, name) for pending in tracker.pending),
        findings=(*findings, *ledger_conflicts(tracker)),
        of_merged=frozenset((code, t.number) for t in tracker.tracks for code in t.units if code != unit) or _NONE,
        is_plain=tracker.is_plain and not is_judged_by_items(form),
    )


def _tracker_for(
    form: Form, unit: str, returns: Sequence[tuple[UnitReturn, FormRows]], context: FoldContext
) -> RowTracker:
    pending = [r.pending.get(form.name, ()) if isinstance(r, LedgerReturn) else None for r, _ in returns]
    reporting = [
        (as_return(return_), rows, from_ledger)
        for (return_, rows), from_ledger in zip(returns, pending, strict=True)
        if rows.good or rows.bad or from_ledger
    ]
    speakers = speakers_for((return_ for return_, *_ in reporting), context.roster)
    lower = LowerNumbers(form, ((return_, rows) for return_, rows, _ in reporting), context)
    tracker = RowTracker(form, unit, context, speaking=RowSpeakers(form, speakers), lower=lower)
    for return_, rows, from_ledger in reporting:
        tracker.add(return_, rows, from_ledger)
    tracker.close_gaps()
    return tracker


def _changes(
    tracker: RowTracker, items: Sequence[Item], direct: Sequence[tuple[Return, FormRows]], stall_days: int
) -> tuple[list[Finding], set[int]]:
    """The findings on one form of one unit, and the places of the rows that a waiver takes out."""
    places = {id(track): place for place, track in enumerate(tracker.tracks)}
    office = {item.number: item.office for item in items if item.number}
    rules = ChangeRules(form=tracker.form, speaks_for=tracker.speaking.speaks_for, stall_days=stall_days, office=office)
    findings = list(tracker.findings)
    withdrawn: set[int] = set()
    for track, change, day in rules.changes(tracker.tracks, direct):
        names = names_for(tracker.form, track.states[-1].values, track.number)
        matter = Matter(names=names, digest=change.digest, filled_on=day)
        finding = tracker.context.waivers.apply(tracker.unit, change, matter)
        if is_waived(finding) and finding.code == "missing-row":
            withdrawn.add(places[id(track)])
            finding = replace(finding, params=(("case", "taken-out"), *finding.params))
        findings.append(finding)
    return findings, withdrawn


def _counted_for(pending: Pending, unit: str, name: str) -> Pending:
    """A row that waits, under the unit that it counts for."""
    return pending if pending.unit_code == unit else replace(pending, unit_code=unit, unit_name=name)
