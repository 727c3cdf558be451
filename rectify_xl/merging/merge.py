"""Returns become a ledger: a union of row states, and the fold that derives items, numbers and findings from it.

The merge itself is a union by digest: associative, commutative, idempotent. What stands, what is the same row
and which number it has is derived from the whole set, in the order of (填报日期, saved time, digest, sheet, row).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.merging.changes import Changes
from rectify_xl.merging.file_conflicts import ledger_conflicts, return_conflicts, superseded
from rectify_xl.merging.given import Given, Numbers, StateRef
from rectify_xl.merging.identity import History, Known
from rectify_xl.merging.items import items_from
from rectify_xl.merging.lower import Brought, BroughtReturn, bring
from rectify_xl.merging.office import Standing, standing
from rectify_xl.model import Finding, Form, FormRows, Item, OfficeEntry, Pending, Return
from rectify_xl.roster import Roster
from rectify_xl.waivers import Matter, Waivers, is_waived, names_for

__all__ = ["Folded", "Numbers", "StateRef", "fold", "merge", "with_findings"]


def merge(*sets: Iterable[Return]) -> tuple[Return, ...]:
    """The union of sets of returns, each file once (by its digest, under the first of its names), in their order."""
    union: dict[str, Return] = {}
    for held in (r for returns in sets for r in returns):
        known = union.get(held.digest)
        if known is None or held.file < known.file:
            union[held.digest] = held
    return tuple(sorted(union.values(), key=lambda r: (r.order, r.file)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """What the merged set says: items by form, rows that wait, findings between returns, rows of restricted forms.

    `withdrawn` are items that a waiver of missing-row took out; `retired` numbers and `files` are what offices'
    ledgers tell of numbers withdrawn there and of files that are not here (see `lower`).
    """

    items: Mapping[str, tuple[Item, ...]]
    pending: tuple[Pending, ...]
    findings: tuple[Finding, ...]
    restricted: Mapping[tuple[str, str], int]
    withdrawn: tuple[Item, ...] = ()
    retired: frozenset[str] = frozenset()
    files: tuple[tuple[Any, ...], ...] = ()


def fold(
    returns: Iterable[Return],
    roster: Roster,
    as_of: date,
    numbers: Numbers,
    stall_days: int,
    *,
    entries: Sequence[OfficeEntry] = (),
    waivers: Waivers | None = None,
    arrived: Mapping[str, date] | None = None,
) -> Folded:
    """Derives the ledger from a merged set; `as_of` only tells which units are merged into others by then.

    `entries` are what the office typed, `arrived` the day on which each file (by digest) came in.
    """
    union = merge(returns)
    brought = bring(union)
    known = Known(
        given=Given(numbers, brought.numbers(), brought.retired),
        roster=roster,
        waivers=waivers or Waivers(roster=roster),
        facts=brought.facts,
    )
    folding = _Folding(known=known, stall_days=stall_days, typed=standing(entries))
    by_unit = _by_unit(union, brought, roster, as_of)
    order = roster.order()
    for form in sorted(catalog.forms().values(), key=lambda f: any(r.between for r in f.rules)):
        for unit in sorted(by_unit, key=lambda code: (order.get(code, len(order)), code)):
            folding.take(form, unit, by_unit[unit])
    about = _about_files([r for r in union if r.forms and not r.ledger], known, as_of, arrived or {})
    return Folded(
        items={name: tuple(folding.items[name]) for name in catalog.forms() if name in folding.items},
        pending=tuple(folding.pending),
        findings=(*about, *folding.findings),
        restricted=folding.restricted,
        withdrawn=tuple(folding.withdrawn),
        retired=brought.retired,
        files=brought.files,
    )


def _about_files(
    direct: Sequence[Return], known: Known, as_of: date, arrived: Mapping[str, date]
) -> list[Finding]:
    """conflict and superseded, in the order of the files."""
    told = (*return_conflicts(direct, known.roster, as_of), *superseded(direct, arrived, known.roster, as_of))
    matters = ((r, found, Matter(digest=r.digest, filled_on=r.filled_on)) for r, found in told)
    return sorted((known.waivers.told(r.unit_code, f, matter) for r, f, matter in matters), key=lambda f: f.file)


def _by_unit(
    union: Sequence[Return], brought: Brought, roster: Roster, as_of: date
) -> dict[str, list[BroughtReturn | Return]]:
    """All returns by the unit they count for, those that only ledgers tell among them, in their order."""
    made: dict[str, list[BroughtReturn | Return]] = {}
    direct: list[BroughtReturn | Return] = [r for r in union if r.forms and not r.ledger]
    for held in sorted((*brought.returns, *direct), key=lambda r: _told(r).order):
        made.setdefault(roster.successor(_told(held).unit_code, as_of), []).append(held)
    return made


def _told(held: BroughtReturn | Return) -> Return:
    return held.told if isinstance(held, BroughtReturn) else held


@dataclass(slots=True)
class _Folding:
    """What the fold has come to so far."""

    known: Known
    stall_days: int
    typed: Standing
    items: dict[str, list[Item]] = field(default_factory=dict)
    withdrawn: list[Item] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    restricted: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, form: Form, unit: str, returns: Sequence[BroughtReturn | Return]) -> None:
        """One form of one unit: who is who, what changed, and the items."""
        told = [(held, rows) for held in returns for rows in _told(held).forms if rows.form == form.name]
        direct = [(held, rows) for held, rows in told if isinstance(held, Return)]
        if form.restricted:
            self._count(form, unit, direct)
            return
        if not told:
            return
        history = History(form, unit, self.known)
        for held, rows in told:
            pending = held.pending.get(form.name, ()) if isinstance(held, BroughtReturn) else None
            history.take(_told(held), rows, pending)
        history.settle()
        known_as = self.known.roster.by_code(unit)
        name = known_as.name if known_as else _told(told[-1][0]).unit_name
        items = items_from(history, name, self.typed)
        gone = self._tell(history, items, direct)
        kept = [item for at, item in enumerate(items) if at not in gone]
        if kept:
            self.items.setdefault(form.name, []).extend(kept)
        self.withdrawn += [item for at, item in enumerate(items) if at in gone]
        self.pending += [_counted_for(p, unit, name) for p in history.pending]
        if form.id_letter:
            units = ((unit, item.number) for item in items)
            told_by = ((code, entry.number) for entry in history.entries for code in entry.units)
            self.known.items.update(units, told_by)

    def _count(self, form: Form, unit: str, told: Sequence[tuple[Return, FormRows]]) -> None:
        """The rows of a restricted form in each unit's latest return."""
        latest: dict[str, int] = {}
        for held, rows in told:
            latest = {code: n for code, n in latest.items() if not self.known.speaks_for(held, code)}
            latest[held.unit_code] = len(rows.good)
        if told:
            self.restricted[form.name, unit] = sum(latest.values())

    def _tell(self, history: History, items: Sequence[Item], direct: Sequence[tuple[Return, FormRows]]) -> set[int]:
        """Adds the findings of one history; gives the places of the rows that a waiver takes out."""
        places = {id(entry): at for at, entry in enumerate(history.entries)}
        office = {item.number: item.office for item in items if item.number}
        changes = Changes(form=history.form, known=self.known, stall_days=self.stall_days, office=office)
        gone: set[int] = set()
        self.findings += history.findings
        for change in changes.among(history.entries, direct):
            state = change.entry.states[-1]
            names = names_for(history.form, state.values, change.entry.number)
            matter = Matter(names=names, digest=change.found.digest, filled_on=change.day)
            found = self.known.waivers.told(history.unit, change.found, matter)
            if is_waived(found) and found.code == "missing-row":
                gone.add(places[id(change.entry)])
            self.findings.append(found)
        self.findings += ledger_conflicts(history)
        return gone


def _counted_for(pending: Pending, unit: str, name: str) -> Pending:
    """A row that waits, under the unit that it counts for."""
    return pending if pending.unit_code == unit else replace(pending, unit_code=unit, unit_name=name)


def with_findings(returns: Iterable[Return], findings: Iterable[Finding]) -> tuple[Return, ...]:
    """The returns with the findings between them added; an error turns an accepted file into a returned one."""
    by_file: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_file.setdefault((finding.file, finding.digest), []).append(finding)
    made = []
    for held in returns:
        told = [f for digest in {held.digest, ""} for f in by_file.get((held.file, digest), ())]
        is_wrong = held.verdict == "accepted" and any(f.level == "error" for f in told)
        verdict = "returned" if is_wrong else held.verdict
        made.append(replace(held, findings=(*held.findings, *told), verdict=verdict) if told else held)
    return tuple(made)
