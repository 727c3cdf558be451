"""Returns become a ledger: a union of row states, and the fold that derives items, numbers and findings from it.

The merge itself is a union by digest: associative, commutative, idempotent. What stands, what is the same row
and which number it has is derived from the whole set, in the order of (填报日期, saved time, digest, sheet, row).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.laid_aside import Shelf, joined, room_for
from rectify_xl.merging.file_conflicts import return_conflicts, superseded
from rectify_xl.merging.given import Given, Numbers, StateRef
from rectify_xl.merging.known_rows import Known
from rectify_xl.merging.lower import Brought, bring
from rectify_xl.merging.office import Standing, standing
from rectify_xl.merging.unit_fold import Counted, FormFold, UnitFold, fold_form, names_items, told_of
from rectify_xl.model import Finding, Form, Item, OfficeEntry, Pending, Return
from rectify_xl.roster import Roster
from rectify_xl.waivers import Matter, Waivers

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
    ledgers tell of numbers withdrawn there and of files that are not here (see `lower`). `made` is the fold of every
    unit that was folded now.
    """

    items: Mapping[str, Sequence[Item]]
    pending: tuple[Pending, ...]
    findings: tuple[Finding, ...]
    restricted: Mapping[tuple[str, str], int]
    withdrawn: tuple[Item, ...] = ()
    retired: frozenset[str] = frozenset()
    files: tuple[tuple[Any, ...], ...] = ()
    made: Mapping[str, UnitFold] = field(default_factory=dict)


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
    kept: Mapping[str, UnitFold] | None = None,
) -> Folded:
    """Derives the ledger from a merged set; `as_of` only tells which units are merged into others by then.

    `entries` are what the office typed, `arrived` the day on which each file (by digest) came in, `kept` units whose
    fold is known: of the rows of their returns only the number is asked.
    """
    union = merge(returns)
    brought = bring(union)
    taken_over = () if numbers.closed else numbers_carried(union)
    given = Given(numbers, brought.numbers(), (*brought.retired, *taken_over), arrived)
    known = Known(given=given, roster=roster, waivers=waivers or Waivers(roster=roster), facts=brought.facts)
    by_unit = _by_unit(union, brought, roster, as_of)
    folding = _Folding(
        known=known, stall_days=stall_days, typed=standing(entries), kept=kept or {}, by_unit=by_unit,
        shelf=Shelf(room_for(sum(len(rows.good) for r in union for rows in r.forms))),
        names_items=any(names_items(catalog.forms()[rows.form]) for r in union for rows in r.forms),
    )  # fmt: skip
    folding.take_all(roster.order())
    about = _about_files([r for r in union if r.forms and not r.ledger], known, as_of, arrived or {})
    return Folded(
        items={name: joined(folding.items[name]) for name in catalog.forms() if name in folding.items},
        pending=tuple(folding.pending),
        findings=(*about, *folding.findings),
        restricted=folding.restricted,
        withdrawn=tuple(folding.withdrawn),
        retired=brought.retired,
        files=brought.files,
        made=folding.made,
    )


def numbers_carried(returns: Iterable[Return]) -> Iterator[str]:
    """The numbers that the good rows of returns carry."""
    for rows in (rows for held in returns for rows in held.forms):
        place = next((at for at, column in enumerate(catalog.forms()[rows.form].columns) if column.assigned), None)
        if place is not None:
            yield from (row.values[place] for row in rows.good if row.values and row.values[place])


def _about_files(
    direct: Sequence[Return], known: Known, as_of: date, arrived: Mapping[str, date]
) -> list[Finding]:
    """conflict and superseded, in the order of the files."""
    told = (*return_conflicts(direct, known.roster, as_of), *superseded(direct, arrived, known.roster, as_of))
    matters = ((r, found, Matter(digest=r.digest, filled_on=r.filled_on)) for r, found in told)
    return sorted((known.waivers.told(r.unit_code, f, matter) for r, f, matter in matters), key=lambda f: f.file)


def _by_unit(union: Sequence[Return], brought: Brought, roster: Roster, as_of: date) -> dict[str, list[Counted]]:
    """All returns by the unit they count for, those that only ledgers tell among them, in their order."""
    made: dict[str, list[Counted]] = {}
    direct: list[Counted] = [r for r in union if r.forms and not r.ledger]
    for held in sorted((*brought.returns, *direct), key=lambda r: told_of(r).order):
        made.setdefault(roster.successor(told_of(held).unit_code, as_of), []).append(held)
    return made


@dataclass(kw_only=True, slots=True)
class _Folding:
    """What the fold has come to so far."""

    known: Known
    stall_days: int
    typed: Standing
    kept: Mapping[str, UnitFold]
    by_unit: Mapping[str, Sequence[Counted]]
    names_items: bool
    shelf: Shelf
    items: dict[str, list[Sequence[Item]]] = field(default_factory=dict)
    withdrawn: list[Item] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    restricted: dict[tuple[str, str], int] = field(default_factory=dict)
    made: dict[str, dict[str, FormFold]] = field(default_factory=dict)

    def take_all(self, order: Mapping[str, int]) -> None:
        """Every form of every unit: those judged by other forms' items last, units in the roster's order."""
        for form in sorted(catalog.forms().values(), key=names_items):
            for unit in sorted(self.by_unit, key=lambda code: (order.get(code, len(order)), code)):
                self.take(form, unit)

    def take(self, form: Form, unit: str) -> None:
        """One form of one unit, folded now or known."""
        returns = self.by_unit[unit]
        if form.restricted:
            self._count(form, unit, [r for r in returns if isinstance(r, Return)])
            return
        if unit in self.kept:
            found = self.kept[unit].get(form.name)
        else:
            found = fold_form(form, unit, returns, self.known, stall_days=self.stall_days, typed=self.typed)
        if found is None:
            return
        if form.id_letter and self.names_items:
            self.known.items.update((unit, item.number) for item in (*found.items, *found.withdrawn))
            self.known.items.update(found.told_by)
        if unit not in self.kept:
            found = found._replace(items=self.shelf.lay(found.items))
            self.made.setdefault(unit, {})[form.name] = found
        if found.items:
            self.items.setdefault(form.name, []).append(found.items)
        self.withdrawn += found.withdrawn
        self.pending += found.pending
        self.findings += found.findings

    def _count(self, form: Form, unit: str, returns: Iterable[Return]) -> None:
        """The rows of a restricted form in each unit's latest return."""
        told = [(held, rows) for held in returns for rows in held.forms if rows.form == form.name]
        latest: dict[str, int] = {}
        for held, rows in told:
            latest = {code: n for code, n in latest.items() if not self.known.speaks_for(held, code)}
            latest[held.unit_code] = len(rows.good)
        if told:
            self.restricted[form.name, unit] = sum(latest.values())


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
