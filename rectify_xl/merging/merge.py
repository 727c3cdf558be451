"""Returns become a ledger: a union of row states, and the fold that derives items, numbers and findings from it.

The merge itself is a union by digest: associative, commutative, idempotent. What stands, what is the same row
and which number it has is derived from the whole set, in the order of (填报日期, saved time, digest, sheet, row).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.little_memory.laid_aside import Shelf, joined, room_for
from rectify_xl.merging.file_conflicts import return_conflicts, superseded
from rectify_xl.merging.lower_ledgers import LowerLedgers, lines_since, lower_ledgers
from rectify_xl.merging.numbering import Numbering, Numbers
from rectify_xl.merging.office import OfficeValues, office_values
from rectify_xl.merging.speaking import latest_of
from rectify_xl.merging.tracks import FoldContext
from rectify_xl.merging.unit_fold import FormFold, UnitFold, UnitReturn, as_return, fold_form, is_judged_by_items
from rectify_xl.model import Finding, Form, Item, OfficeEntry, Pending, Return
from rectify_xl.office.roster import Roster
from rectify_xl.office.waivers import Matter, Waivers


def merge(*sets: Iterable[Return]) -> tuple[Return, ...]:
    """The union of sets of returns, each file once (by its digest, under the first of its names), in their order."""
    union: dict[str, Return] = {}
    for returns in sets:
        for return_ in returns:
            known = union.get(return_.digest)
            if known is None or return_.file < known.file:
                union[return_.digest] = return_
    return tuple(sorted(union.values(), key=lambda r: (r.order, r.file)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """What the merged set says: items by form, rows that wait, findings between returns, rows of restricted forms.

    `withdrawn` are items that a waiver of missing-row took out; `retired` and `lower_files` are what lower offices'
    ledgers say of numbers withdrawn there and of files that are not here. `unit_folds` has every unit folded now.
    """

    items: Mapping[str, Sequence[Item]]
    pending: tuple[Pending, ...]
    findings: tuple[Finding, ...]
    restricted: Mapping[tuple[str, str], int]
    withdrawn: tuple[Item, ...] = ()
    retired: frozenset[str] = frozenset()
    lower_files: tuple[tuple[Any, ...], ...] = ()
    unit_folds: Mapping[str, UnitFold] = field(default_factory=dict)


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

    `entries` are what the office typed, `arrived` the day on which each file (by digest) came in, `kept` the units
    whose fold is known: of the rows of their returns only the number is asked.
    """
    union = merge(returns)
    lower = lower_ledgers(union)
    context = FoldContext(
        numbering=_numbering(union, numbers, lower, arrived), roster=roster, as_of=as_of,
        waivers=waivers or Waivers(roster=roster), ledger_records=lower.records, ledger_order=lower.order,
    )  # fmt: skip
    row_count = sum(len(rows.good) for return_ in union for rows in return_.forms)
    folding = _Folding(
        context=context, by_unit=_by_unit(union, lower, roster, as_of), kept=kept or {}, stall_days=stall_days,
        office_values=office_values(entries), shelf=Shelf(room_for(row_count)),
        collects_items=any(is_judged_by_items(catalog.forms()[rows.form]) for r in union for rows in r.forms),
    )  # fmt: skip
    folding.fold_all(roster.order())
    return Folded(
        items={name: joined(folding.items[name]) for name in catalog.forms() if name in folding.items},
        pending=tuple(folding.pending),
        findings=(*_findings_between_files(union, context, as_of, arrived or {}), *folding.findings),
        restricted=folding.restricted,
        withdrawn=tuple(folding.withdrawn),
        retired=lower.retired.difference(_standing(folding) if lower.retired else ()),
        lower_files=lines_since(lower, folding.pending),
        unit_folds=folding.unit_folds,
    )


def _numbering(
    union: Sequence[Return], numbers: Numbers, lower: LowerLedgers, arrived: Mapping[str, date] | None
) -> Numbering:
    """The numbers known before the fold, where none is foreign also those that returns carry."""
    reserved = (*lower.retired, *lower.written_numbers(), *(() if numbers.closed else written_numbers(union)))
    # A file dated in the future was held until its day: before that its rows had no numbers for others to know.
    days = dict(arrived or {})
    days |= {r.digest: max(days[r.digest], r.filled_on) for r in union if r.filled_on and r.digest in days}
    return Numbering(numbers, lower.numbers(), reserved, days)


def _standing(folding: _Folding) -> Iterator[str]:
    """The numbers of all items."""
    return (item.number for of_form in folding.items.values() for items in of_form for item in items)


def written_numbers(returns: Iterable[Return]) -> Iterator[str]:
    """The numbers that the good rows of returns carry."""
    for return_ in returns:
        for rows in return_.forms:
            columns = catalog.forms()[rows.form].columns
            place = next((place for place, column in enumerate(columns) if column.assigned), None)
            if place is not None:
                yield from (row.values[place] for row in rows.good if row.values and row.values[place])


def _findings_between_files(
    union: Sequence[Return], context: FoldContext, as_of: date, arrived: Mapping[str, date]
) -> list[Finding]:
    """conflict and superseded, in the order of the files."""
    direct, roster, findings = [r for r in union if r.forms and not r.ledger], context.roster, []
    for return_, finding in (
        *return_conflicts(direct, roster, as_of), *superseded(direct, arrived, roster, as_of)
    ):  # fmt: skip
        matter = Matter(digest=return_.digest, filled_on=return_.filled_on)
        findings.append(context.waivers.apply(return_.unit_code, finding, matter))
    return sorted(findings, key=lambda finding: finding.file)


def _by_unit(
    union: Sequence[Return], lower: LowerLedgers, roster: Roster, as_of: date
) -> dict[str, list[UnitReturn]]:
    """All returns by the unit they count for, also those that only ledgers have, in their order."""
    by_unit: dict[str, list[UnitReturn]] = {}
    every: list[UnitReturn] = [*lower.returns, *(r for r in union if r.forms and not r.ledger)]
    for return_ in sorted(every, key=lambda r: as_return(r).order):
        by_unit.setdefault(roster.successor(as_return(return_).unit_code, as_of), []).append(return_)
    return by_unit


@dataclass(kw_only=True, slots=True)
class _Folding:
    """A fold under way: what it works on, and what it has come to so far.

    `collects_items` says that some form here is judged by the items of others.
    """

    context: FoldContext
    stall_days: int
    office_values: OfficeValues
    kept: Mapping[str, UnitFold]
    by_unit: Mapping[str, Sequence[UnitReturn]]
    collects_items: bool
    shelf: Shelf
    items: dict[str, list[Sequence[Item]]] = field(default_factory=dict)
    withdrawn: list[Item] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    restricted: dict[tuple[str, str], int] = field(default_factory=dict)
    unit_folds: dict[str, dict[str, FormFold]] = field(default_factory=dict)

    def fold_all(self, order: Mapping[str, int]) -> None:
        """Every form of every unit: those judged by other forms' items last, units in the roster's order."""
        units = sorted(self.by_unit, key=lambda code: (order.get(code, len(order)), code))
        for form in sorted(catalog.forms().values(), key=is_judged_by_items):
            for unit in units:
                if form.restricted:
                    self._count(form, unit)
                else:
                    self._fold(form, unit)

    def _fold(self, form: Form, unit: str) -> None:
        """One form of one unit, folded now or known."""
        if unit in self.kept:
            made = self.kept[unit].get(form.name)
        else:
            made = fold_form(
                form, unit, self.by_unit[unit], self.context,
                stall_days=self.stall_days, office_values=self.office_values,
            )  # fmt: skip
        if made is None:
            return
        if form.id_letter and self.collects_items:
            self.context.items.update((unit, item.number) for item in (*made.items, *made.withdrawn))
            self.context.items.update(made.of_merged)
        if unit not in self.kept:
            made = made._replace(items=self.shelf.lay(made.items))
            self.unit_folds.setdefault(unit, {})[form.name] = made
        if made.items:
            self.items.setdefault(form.name, []).append(made.items)
        self.withdrawn += made.withdrawn
        self.pending += made.pending
        self.findings += made.findings

    def _count(self, form: Form, unit: str) -> None:
        """The rows of a restricted form in each unit's latest return."""
        direct = (r for r in self.by_unit[unit] if isinstance(r, Return))
        latest = latest_of(form, direct, self.context.roster)
        if latest:
            self.restricted[form.name, unit] = sum(len(rows.good) for _, rows in latest)


def with_findings(returns: Iterable[Return], findings: Iterable[Finding]) -> tuple[Return, ...]:
    """The returns with the findings between them added; an error turns an accepted file into a returned one."""
    by_file: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_file.setdefault((finding.file, finding.digest), []).append(finding)
    return tuple(_with_findings(return_, by_file.get((return_.file, return_.digest), ())) for return_ in returns)


def _with_findings(return_: Return, findings: Sequence[Finding]) -> Return:
    if not findings:
        return return_
    is_wrong = return_.verdict == "accepted" and any(finding.level == "error" for finding in findings)
    verdict = "returned" if is_wrong else return_.verdict
    return replace(return_, findings=(*return_.findings, *findings), verdict=verdict)
