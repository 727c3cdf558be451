"""What changed from one return to the next: deadlines moved, items reopened, rows gone, nothing happening."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.expression import names_in
from rectify_xl.kinds import as_text
from rectify_xl.merging.deadlines import CLOSED, EXTENDED_TO, form_test
from rectify_xl.merging.known_rows import Entry, Known
from rectify_xl.merging.row_findings import Params, at_fact, row_finding
from rectify_xl.model import Finding, Form, FormRows, Return, Row, State
from rectify_xl.normal import shown

Office = Mapping[str, Any]
Told = tuple[Return, FormRows]


class Change(NamedTuple):
    """A finding about a row's change, with the row, and the unit and 填报日期 of the return that shows it."""

    entry: Entry
    found: Finding
    unit: str
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What a form's changes are judged by: 停滞天数, what the office says of items by number, whose rows are whose."""

    form: Form
    known: Known
    stall_days: int
    office: Mapping[str, Office] = field(default_factory=dict)

    def among(self, entries: Sequence[Entry], told: Sequence[Told]) -> Iterator[Change]:
        """moved-deadline, reopened, stalled and missing-row, each at the return that shows it.

        `told` are the returns that came directly, in order: what only an office's ledger tells says of no row that
        it is missing.
        """
        full = [(held, rows) for held, rows in told if rows.good or rows.bad]
        last = full[-1][0] if full else None
        for entry in entries:
            if last and len(entry.states) == 1 and entry.seen_in == last.digest and last.unit_code in entry.units:
                continue  # told once, and by the latest return: nothing can have changed
            office = self.office.get(entry.number, {})
            has_changed = len(entry.states) > 1
            if has_changed:
                yield from self._moved(entry, office)
                yield from self._reopened(entry, office)
            latest = next((t for t in reversed(full) if self._tells(t[0], entry)), None)
            if latest and entry.seen_in == latest[0].digest:
                if has_changed:
                    yield from self._stalled(entry, office)
            elif latest and _order(entry.states[-1]) < latest[0].order:
                held = latest[0]
                assert held.filled_on is not None
                yield Change(entry, _missing(self.form, entry, *latest), held.unit_code, held.filled_on)

    def _tells(self, held: Return, entry: Entry) -> bool:
        return any(self.known.speaks_for(held, unit) for unit in entry.units)

    def _at(self, entry: Entry, state: State, code: str, column: str, params: Params) -> Change:
        """A change that shows at the cell of a state."""
        held = Return(file=state.file, digest=state.digest)
        row = Row(state.sheet, state.row, state.values)
        letters = {state.sheet: state.letters}
        found = row_finding(self.form, held, row, letters, code=code, column=column, params=params)
        if fact := entry.fact_of(state):
            found = at_fact(found, fact, self.form)
        return Change(entry, found, min(entry.units), state.filled_on)

    def _moved(self, entry: Entry, office: Office) -> Iterator[Change]:
        """A deadline other than the agreed one and than the office's extension, where it first stands."""
        deadline = self.form.deadline
        if deadline is None or not deadline.agreed or entry.agreed is None:
            return
        position = self.form.positions[deadline.due]
        for before, state in zip(entry.states, entry.states[1:], strict=False):
            told = state.values[position]
            if told not in (entry.agreed, before.values[position], office.get(EXTENDED_TO)):
                params = (("old", entry.agreed), ("new", told or ""))
                yield self._at(entry, state, "moved-deadline", deadline.due, params)

    def _reopened(self, entry: Entry, office: Office) -> Iterator[Change]:
        if self.form.closed_when is None:
            return
        closed = form_test(self.form, self.form.closed_when)
        column = next(names_in(self.form.closed_when))
        position = self.form.positions[column]
        case: Params = (("case", "closed"),) if is_closed(office) else ()
        for before, state in zip(entry.states, entry.states[1:], strict=False):
            if closed(before.values, ()) and not closed(state.values, ()):
                params = (*case, ("old", before.values[position]), ("new", state.values[position]))
                yield self._at(entry, state, "reopened", column, params)

    def _stalled(self, entry: Entry, office: Office) -> Iterator[Change]:
        """An open row whose status and progress stood still for that many days of 填报日期."""
        form, deadline = self.form, self.form.deadline
        latest = entry.states[standing_place(form, entry.states, office)]
        if deadline is None or not form.unchanged or form_test(form, deadline.done)(latest.values, ()):
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
        if days and days >= self.stall_days:
            params = (("days", days), ("since", since.filled_on))
            yield self._at(entry, latest, "stalled", form.unchanged[0], params)


def is_closed(office: Office) -> bool:
    """Whether the office closed an item for good (销号)."""
    return bool(office.get(CLOSED) == catalog.base_lists()["yesno"][0])


def standing_place(form: Form, states: Sequence[State], office: Office) -> int:
    """The place of the state that stands: the last, or the last completed one of an item that the office closed."""
    if form.closed_when is not None and is_closed(office):
        closed = form_test(form, form.closed_when)
        done = [place for place, state in enumerate(states) if closed(state.values, ())]
        return done[-1] if done else len(states) - 1
    return len(states) - 1


def _order(state: State) -> tuple[date, str, str]:
    return state.filled_on, state.saved, state.digest


def _missing(form: Form, entry: Entry, held: Return, rows: FormRows) -> Finding:
    last = entry.states[-1]
    sheet = next(iter(rows.letters), "")
    named = entry.number or key_words(form, last.values)
    params = (("number", named), ("other", f"{last.file} {last.sheet}!{last.row}"))
    return Finding(
        level=catalog.codes()["missing-row"].level, code="missing-row", file=held.file, sheet=sheet, params=params,
        form=form.name, digest=held.digest,
    )  # fmt: skip


def key_words(form: Form, values: Sequence[Any]) -> str:
    """A row's key as a sentence names it, from the row's values."""
    told = (values[form.positions[name]] for name in form.key)
    return "，".join(shown(as_text(value), 30) for value in told if value is not None)
