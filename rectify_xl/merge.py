"""Returns become a ledger: a union of row states, and the fold that tells which rows are the same from week to week.

The merge itself is a union by digest: associative, commutative, idempotent. What stands, what is the same row
and which number it has is derived from the whole set, in the order of (填报日期, saved time, digest, sheet, row).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.changes import change_findings, row_finding
from rectify_xl.deadlines import form_test
from rectify_xl.expression import Test
from rectify_xl.kinds import item_number
from rectify_xl.model import Finding, Form, FormRows, Item, Pending, Return, Row, State
from rectify_xl.roster import Roster
from rectify_xl.ruling import key_of

StateRef = tuple[str, str, int]  # digest, sheet, row: what a number was once given for


def merge(*sets: Iterable[Return]) -> tuple[Return, ...]:
    """The union of sets of returns, each file once (by its digest, under the first of its names), in their order."""
    union: dict[str, Return] = {}
    for held in (r for returns in sets for r in returns):
        known = union.get(held.digest)
        if known is None or held.file < known.file:
            union[held.digest] = held
    return tuple(sorted(union.values(), key=lambda r: (r.order, r.file)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """The numbers already given, by the state they were given for, and those that may never be given again.

    `closed` says that a number which nobody here gave is foreign; without a memory or a workspace it is taken over.
    """

    given: Mapping[StateRef, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    closed: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """What the merged set says: items by form, rows that wait, findings between returns, rows of restricted forms."""

    items: Mapping[str, tuple[Item, ...]]
    pending: tuple[Pending, ...]
    findings: tuple[Finding, ...]
    restricted: Mapping[tuple[str, str], int]


def fold(returns: Iterable[Return], roster: Roster, as_of: date, numbers: Numbers, stall_days: int) -> Folded:
    """Derives the ledger from a merged set; `as_of` only tells which units are merged into others by then."""
    by_unit: dict[str, list[Return]] = {}
    for held in merge(returns):
        if held.forms:
            by_unit.setdefault(roster.successor(held.unit_code, as_of), []).append(held)
    items: dict[str, list[Item]] = {}
    pending: list[Pending] = []
    findings: list[Finding] = []
    restricted: dict[tuple[str, str], int] = {}
    counts = _counts_of(numbers)
    known: set[tuple[str, str]] = set()
    order = roster.order()
    for form in sorted(catalog.forms().values(), key=lambda f: any(r.between for r in f.rules)):
        for unit in sorted(by_unit, key=lambda code: (order.get(code, len(order)), code)):
            told = [(r, rows) for r in by_unit[unit] for rows in r.forms if rows.form == form.name]
            if form.restricted and told:
                restricted[form.name, unit] = len(told[-1][1].good)
            elif told:
                history = _History(form, unit, numbers, counts, known)
                for held, rows in told:
                    history.take(held, rows)
                items.setdefault(form.name, []).extend(history.items(_name_of(unit, roster, told[-1][0])))
                pending += history.pending
                findings += [*history.findings, *change_findings(form, history.entries, told[-1], stall_days)]
        known |= {(item.unit_code, item.number) for item in items.get(form.name, ()) if form.id_letter}
    return Folded(
        items={name: tuple(items[name]) for name in catalog.forms() if name in items},
        pending=tuple(pending),
        findings=tuple(sorted(_conflicts(by_unit), key=lambda f: f.file)) + tuple(findings),
        restricted=restricted,
    )


def _name_of(unit: str, roster: Roster, latest: Return) -> str:
    known = roster.by_code(unit)
    return known.name if known else latest.unit_name


def _counts_of(numbers: Numbers) -> dict[tuple[str, str], int]:
    """The highest count ever given by (unit code, form letter)."""
    counts: dict[tuple[str, str], int] = {}
    for number in (*numbers.given.values(), *numbers.used):
        if parts := item_number(number):
            counts[parts[:2]] = max(counts.get(parts[:2], 0), parts[2])
    return counts


@dataclass(slots=True)
class Entry:
    """One row known through the weeks, while the fold goes on."""

    number: str
    key: tuple[Any, ...]
    states: list[State] = field(default_factory=list)
    agreed: date | None = None
    seen_in: str = ""  # digest of the last return that still had the row


class _History:
    """The rows of one form of one unit, return by return."""

    def __init__(
        self,
        form: Form,
        unit: str,
        numbers: Numbers,
        counts: dict[tuple[str, str], int],
        known: set[tuple[str, str]],
    ) -> None:
        self.form, self.unit, self.numbers, self.counts, self.known = form, unit, numbers, counts, known
        self.entries: list[Entry] = []
        self.findings: list[Finding] = []
        self.pending: list[Pending] = []
        self._by_number: dict[str, Entry] = {}
        self._id = next((p for p, c in enumerate(form.columns) if c.assigned), None)
        self._due = form.positions[form.deadline.due] if form.deadline and form.deadline.agreed else None

    def take(self, held: Return, rows: FormRows) -> None:
        """Takes in one return: good rows become states, bad rows only show that the row is still there."""
        if not (rows.good or rows.bad):
            return
        bad = {(row.sheet, row.row) for row in rows.bad}
        by_key: dict[tuple[Any, ...], list[Entry]] = {}
        for known in self.entries:
            by_key.setdefault(known.key, []).append(known)
        self.pending = []
        letters = rows.letters
        for row in rows.rows():
            is_bad = (row.sheet, row.row) in bad
            entry, trouble = self._known_as(row, by_key, held)
            if trouble and not is_bad:
                code, params = trouble
                told = row_finding(self.form, held, row, letters, code=code[0], column=code[1], params=params)
                self.findings.append(told)
                self._wait(held, row, (told,))
            elif is_bad:
                self._wait(held, row, _findings_at(held, row))
                if entry:
                    entry.seen_in = held.digest
            else:
                self._add_state(entry, held, row, letters.get(row.sheet, ()))

    def _wait(self, held: Return, row: Row, findings: tuple[Finding, ...]) -> None:
        self.pending.append(
            Pending(
                unit_code=self.unit,
                unit_name=held.unit_name,
                form=self.form.name,
                row=row,
                file=held.file,
                digest=held.digest,
                filled_on=held.filled_on,
                findings=findings,
            )
        )

    def _known_as(
        self, row: Row, by_key: Mapping[tuple[Any, ...], list[Entry]], held: Return
    ) -> tuple[Entry | None, tuple[tuple[str, str], tuple[tuple[str, Any], ...]] | None]:
        """The entry that a row is known as (None: a new one), or why it must wait."""
        if trouble := self._between(row):
            return None, trouble
        number = row.values[self._id] if self._id is not None else None
        if number:
            entry = self._by_number.get(number)
            if entry is None and self.numbers.closed:
                column = self.form.columns[self._id or 0].name
                return None, (("foreign-id", column), (("case", "never-given"),))
            return entry, None
        key = key_of(row.values, self.form, self.form.key)
        same = [entry for entry in by_key.get(key, ()) if entry.seen_in != held.digest]
        if len(same) > 1:
            named = "、".join(entry.number for entry in same)
            params = (("case", "several"), ("numbers", named))
            return None, (("duplicate", self.form.key[-1]), params)
        return (same[0] if same else None), None

    def _between(self, row: Row) -> tuple[tuple[str, str], tuple[tuple[str, Any], ...]] | None:
        """Whether a rule that only the merge can judge is broken: the item named is not that unit's."""
        for rule in (r for r in self.form.rules if r.between):
            number = row.values[self.form.positions[rule.column]]
            unit = row.values[self.form.positions["unit_code"]]
            if number and unit and (unit, number) not in self.known:
                return (rule.code, rule.column), (("case", "item"),)
        return None

    def _add_state(self, entry: Entry | None, held: Return, row: Row, letters: tuple[str, ...]) -> None:
        assert held.filled_on is not None
        state = State(held.file, held.digest, row.sheet, row.row, held.filled_on, held.saved, row.values, letters)
        if entry is None:
            entry = self._new_entry(held, row)
        entry.key = key_of(row.values, self.form, self.form.key)
        entry.states.append(state)
        entry.seen_in = held.digest
        if self._due is not None and entry.agreed is None:
            entry.agreed = row.values[self._due]

    def _new_entry(self, held: Return, row: Row) -> Entry:
        entry = Entry(self._number_for(held, row), ())
        self.entries.append(entry)
        if entry.number:
            self._by_number[entry.number] = entry
        return entry

    def _number_for(self, held: Return, row: Row) -> str:
        """The number of a new row: its own, the one once given for it, or the next of its unit."""
        if self._id is None:
            return ""
        own = row.values[self._id] or self.numbers.given.get((held.digest, row.sheet, row.row))
        series = (held.unit_code, self.form.id_letter)
        if own:
            if parts := item_number(own):
                self.counts[parts[:2]] = max(self.counts.get(parts[:2], 0), parts[2])
            return str(own)
        self.counts[series] = self.counts.get(series, 0) + 1
        return f"{series[0]}-{series[1]}{self.counts[series]:03d}"

    def items(self, unit_name: str) -> Iterator[Item]:
        """The rows as the ledger shows them, in the order in which they came to be known."""
        started = form_test(self.form, self.form.started) if self.form.started else None
        done = form_test(self.form, self.form.deadline.done) if self.form.deadline else None
        for entry in self.entries:
            values = list(entry.states[-1].values)
            if self._id is not None:
                values[self._id] = entry.number
            if self._due is not None:
                values[self._due] = entry.agreed
            yield Item(
                form=self.form.name,
                unit_code=self.unit,
                unit_name=unit_name,
                number=entry.number,
                values=tuple(values),
                states=tuple(entry.states),
                first_on=entry.states[0].filled_on,
                started_on=_first_shown(entry.states, started),
                done_seen_on=_first_shown(entry.states, done) if done and done(values, ()) else None,
            )


def _first_shown(states: Iterable[State], test: Test | None) -> date | None:
    return next((s.filled_on for s in states if test and test(s.values, ())), None)


def _findings_at(held: Return, row: Row) -> tuple[Finding, ...]:
    """The errors that make a row wait: its own, or that of its sheet's missing column."""
    return tuple(
        f
        for f in held.findings
        if f.sheet == row.sheet and (f.row == row.row or (f.code == "missing-column" and f.level == "error"))
    )


def _conflicts(by_unit: Mapping[str, list[Return]]) -> Iterator[Finding]:
    """Two returns of a unit that tell one form differently on one day."""
    for returns in by_unit.values():
        for place, later in enumerate(returns):
            for earlier in returns[:place]:
                if earlier.filled_on == later.filled_on and _differ(earlier, later):
                    yield Finding(
                        level="warning", code="conflict", file=later.file, digest=later.digest,
                        params=(("other", earlier.file),),
                    )  # fmt: skip
                    break


def _differ(one: Return, other: Return) -> bool:
    told = {rows.form: _values(rows) for rows in one.forms if rows.good or rows.bad}
    return any(
        rows.form in told and told[rows.form] != _values(rows) for rows in other.forms if rows.good or rows.bad
    )


def _values(rows: FormRows) -> list[tuple[Any, ...]]:
    return [(*row.values, *row.typed) for row in rows.rows()]


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
