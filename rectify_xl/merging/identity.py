"""Which rows are the same from week to week, by number, else by unit and key; which of them wait, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import compress
from operator import not_
from typing import Any, NamedTuple

from rectify_xl.kinds import item_number
from rectify_xl.merging.given import ref_of
from rectify_xl.merging.known_rows import Entry, Known
from rectify_xl.merging.row_findings import Params, at_fact, row_finding
from rectify_xl.model import Finding, Form, FormRows, Pending, Return, Row, State
from rectify_xl.ruling import keys_of
from rectify_xl.waivers import Matter, names_for

# Why a row must wait: the code, the column it stands at, and what its sentence says.
Trouble = tuple[str, str, Params]


class _Seen(NamedTuple):
    """One row of a return with the number it is known by ("": none) and its key."""

    row: Row
    number: str
    key: tuple[Any, ...]


class History:
    """The rows of one form of one unit and those merged into it, return by return."""

    def __init__(self, form: Form, unit: str, known: Known) -> None:
        self.form, self.unit, self.known = form, unit, known
        self.entries: list[Entry] = []
        self.findings: list[Finding] = []
        self._waiting: list[tuple[str, Pending]] = []
        self._by_number: dict[str, Entry] = {}
        self._by_key: dict[tuple[Any, ...], list[Entry]] = {}
        self.is_plain = True  # nothing decided but the returns, the units and the numbers that rows were given
        self._is_shifted = self._is_brought = False
        # Of the return that is taken in: the numbers that its rows carry, and those that other rows of it were given.
        self._carried, self._given_here = frozenset[str](), frozenset[str]()
        self._guessed: list[tuple[str, str]] = []  # numbers that nobody had given when their row came, with its file
        self._rules_between = [rule for rule in form.rules if rule.between]
        self._id = next((p for p, c in enumerate(form.columns) if c.assigned), None)
        self._due = form.positions[form.deadline.due] if form.deadline and form.deadline.agreed else None

    @property
    def pending(self) -> list[Pending]:
        """The bad rows of each unit's latest return of the form."""
        return [waiting for _, waiting in self._waiting]

    def take(self, held: Return, rows: FormRows, brought: Sequence[Pending] | None = None) -> None:
        """Takes in one return: good rows become states, bad rows only show that the row is still there.

        `brought` marks a file that only an office's ledger tells, and are its bad rows as they stand there.
        """
        if not (rows.good or rows.bad or brought):
            return
        self._is_brought = brought is not None
        bad = {(row.sheet, row.row) for row in rows.bad}
        self._waiting = [(unit, p) for unit, p in self._waiting if not self.known.speaks_for(held, unit)]
        self._waiting += [(held.unit_code, waiting) for waiting in brought or ()]
        before = {key: list(entries) for key, entries in self._by_key.items()}
        every = rows.rows()
        keys = keys_of([row.values for row in every], self.form, self.form.key)
        numbers = self._numbers_of(every, held)
        for row, number, key in zip(every, numbers, keys, strict=True):
            is_bad = (row.sheet, row.row) in bad
            seen = _Seen(row, number, key)
            candidates, trouble = self._candidates(seen, before, held)
            self.is_plain = self.is_plain and trouble is None and not self._is_brought
            told = self._told(held, seen, rows, trouble) if trouble and not is_bad else None
            if told:
                self.findings.append(told)
            if is_bad:
                self._wait(held, row, _findings_at(held, row))
                if len(candidates) == 1:
                    candidates[0].seen_in = held.digest
            elif told and told.level == "error":
                self._wait(held, row, (told,))
            else:
                self._add_state(candidates[0] if candidates else None, held, seen, rows)

    def _told(self, held: Return, seen: _Seen, rows: FormRows, trouble: Trouble) -> Finding:
        """What is told of a row that must wait, unless a waiver lets it pass: at its own cell, or in the ledger."""
        row, (code, column, params) = seen.row, trouble
        found = row_finding(self.form, held, row, rows.letters, code=code, column=column, params=params)
        if self._is_brought:
            found = at_fact(found, self.known.facts[ref_of(held.digest, row.sheet, row.row)][-1], self.form)
        if code == "foreign-id" and seen.number in self._by_number:
            return found  # no waiver gives one number to two rows
        matter = Matter(names=names_for(self.form, row.values), digest=held.digest, filled_on=held.filled_on)
        return self.known.waivers.told(held.unit_code, found, matter)

    def _wait(self, held: Return, row: Row, findings: tuple[Finding, ...]) -> None:
        waiting = Pending(
            unit_code=held.unit_code,
            unit_name=held.unit_name,
            form=self.form.name,
            row=row,
            file=held.file,
            digest=held.digest,
            filled_on=held.filled_on,
            findings=findings,
        )
        self._waiting.append((held.unit_code, waiting))

    # ---- which row it is

    def _candidates(
        self, seen: _Seen, before: Mapping[tuple[Any, ...], list[Entry]], held: Return
    ) -> tuple[Sequence[Entry], Trouble | None]:
        """The entries that a row may be, the likeliest first (none: it is new), and why it must wait."""
        row, number, key = seen
        trouble = self._between(row) if self._rules_between else None
        same = self._like(before[key], held) if key in before else []
        if number:
            if self.known.given.closed and self._is_foreign(row, number, held):
                column = self.form.columns[self._id or 0].name
                return (), trouble or ("foreign-id", column, (("case", "never-given"),))
            if entry := self._by_number.get(number):
                return (entry,), trouble
            made_up = [e for e in same if e.is_made_up]
            return made_up if len(made_up) == 1 else (), trouble
        if len(same) > 1 and trouble is None:
            named = "、".join(entry.number for entry in same)
            trouble = ("duplicate", self.form.key[-1], (("case", "several"), ("numbers", named)))
        return same, trouble

    def _is_foreign(self, row: Row, number: str, held: Return) -> bool:
        """Whether a row carries a number that nobody had given when its file came, or that another row of it was."""
        if number not in self.known.given.known:
            self._guessed.append((number, held.digest))
            return True
        if not self._carries(row, number):
            return False
        return number in self._given_here or not self.known.given.could_know(held.digest, number)

    def learns(self) -> bool:
        """Whether a row waits whose number has since been given for another file's; if so that number is known now.

        Then the history must be taken in anew: so the next run would see it, and this one shall say the same.
        """
        found = [(self._by_number[number], digest) for number, digest in self._guessed if number in self._by_number]
        right = [
            entry for entry, digest in found
            if all(state.digest != digest for state in entry.states)
            and any(self.known.given.came_by(digest, state.digest) for state in entry.states)
        ]  # fmt: skip
        if right:
            told = {ref_of(s.digest, s.sheet, s.row): entry.number for entry in right for s in entry.states}
            self.known.given.learn(told)
            self.known.given.take_back([entry.number for entry in self.entries if entry.is_made_up], ())
        return bool(right)

    def _like(self, entries: Sequence[Entry], held: Return) -> list[Entry]:
        """Of the rows with one key those that a return may tell again: its own unit's before another's.

        Not one that another row of the return names by its number.
        """
        same = [e for e in entries if e.seen_in != held.digest and (e.is_made_up or e.number not in self._carried)]
        own = [e for e in same if held.unit_code in e.units]
        return own or [e for e in same if any(self.known.speaks_for(held, unit) for unit in e.units)]

    def _numbers_of(self, rows: Sequence[Row], held: Return) -> Sequence[str]:
        """The numbers of a return's rows (see `_number_of`), which of them rows carry, and which they were given."""
        if self._id is None:
            return [""] * len(rows)
        numbers = [self._number_of(row, held) for row in rows]
        self._carried = self._given_here = frozenset()
        place = self._id
        if not any(row.values[place] for row in rows):
            return numbers
        carried = [self._carries(row, number) for row, number in zip(rows, numbers, strict=True)]
        self._carried = frozenset(compress(numbers, carried))
        self._given_here = frozenset(compress(numbers, map(not_, carried))) - {""}
        return numbers

    def _carries(self, row: Row, number: str) -> bool:
        return bool(number) and row.values[self._id or 0] == number

    def _number_of(self, row: Row, held: Return) -> str:
        """The number that a row carries, or that was once given for it; one of another unit (waived) says nothing."""
        if self._id is None:
            return ""
        own = row.values[self._id] or ""
        parts = item_number(own) if own else None
        if parts and parts[0] not in self.known.roster.prefixes(self.unit) | {held.unit_code, *self._units()}:
            own = ""
        return own or self.known.given.number_of(ref_of(held.digest, row.sheet, row.row))

    def _units(self) -> set[str]:
        return {unit for entry in self.entries for unit in entry.units}

    def _between(self, row: Row) -> Trouble | None:
        """Whether a rule that only the merge can judge is broken: the item named is not that unit's."""
        for rule in self._rules_between:
            number = row.values[self.form.positions[rule.column]]
            unit = row.values[self.form.positions["unit_code"]]
            if number and unit and (unit, number) not in self.known.items:
                return rule.code, rule.column, (("case", "item"),)
        return None

    # ---- its states

    def _add_state(self, entry: Entry | None, held: Return, seen: _Seen, rows: FormRows) -> None:
        assert held.filled_on is not None
        row, number, key = seen
        letters = rows.letters.get(row.sheet, ())
        state = State(held.file, held.digest, row.sheet, row.row, held.filled_on, held.saved, row.values, letters)
        ref = ref_of(held.digest, row.sheet, row.row)
        if entry is None:
            entry = self._new_entry(number, held)
        elif number and entry.is_made_up:
            self._confirm(entry, number)
        self._file_under(entry, key)
        entry.states.append(state)
        entry.seen_in = held.digest
        entry.units.add(held.unit_code)
        if facts := self.known.facts.get(ref, ()):
            entry.facts += facts
            self.is_plain = False
        if self._is_brought:
            entry.brought.add(ref)
        if self._due is not None:
            for fact in facts:
                self._agree(entry, (fact.row.item.first_on, "", ""), fact.row.item.values[self._due])
            if not self._is_brought:
                self._agree(entry, held.order, row.values[self._due])

    def _agree(self, entry: Entry, known_as: tuple[Any, ...], due: date | None) -> None:
        """The deadline as first agreed: the first one that was told."""
        if due is not None and (entry.agreed is None or known_as < entry.agreed_as):
            entry.agreed, entry.agreed_as = due, known_as

    def _file_under(self, entry: Entry, key: tuple[Any, ...]) -> None:
        if entry.states and entry.key == key:
            return
        if entry.states:
            self._by_key[entry.key].remove(entry)
        entry.key = key
        self._by_key.setdefault(key, []).append(entry)

    def _new_entry(self, number: str, held: Return) -> Entry:
        made_up = self._id is not None and not number
        given = self.known.given
        entry = Entry(given.next(held.unit_code, self.form.id_letter) if made_up else number, is_made_up=made_up)
        if not made_up:
            given.pass_over(entry.number)
        self.entries.append(entry)
        if entry.number:
            self._by_number[entry.number] = entry
        return entry

    def _confirm(self, entry: Entry, number: str) -> None:
        """A row that had a number of our making was given one before: that one stands."""
        if number != entry.number:
            del self._by_number[entry.number]
            entry.number, self._by_number[number] = number, entry
            self.known.given.pass_over(number)
            self._is_shifted, self.is_plain = True, False
        entry.is_made_up = False

    def settle(self) -> None:
        """Numbers the new rows without a gap, in the order in which they came, where one turned out to be known."""
        if not self._is_shifted:
            return
        new = [entry for entry in self.entries if entry.is_made_up]
        for entry in new:
            del self._by_number[entry.number]
        self.known.given.take_back([entry.number for entry in new], self._by_number)
        for entry in new:
            unit = entry.number.rpartition("-")[0]
            entry.number = self.known.given.next(unit, self.form.id_letter)
            self._by_number[entry.number] = entry


def _findings_at(held: Return, row: Row) -> tuple[Finding, ...]:
    """The errors that make a row wait: its own, or that of its sheet's missing column."""
    return tuple(
        f
        for f in held.findings
        if f.sheet == row.sheet and (f.row == row.row or (f.code == "missing-column" and f.level == "error"))
    )
