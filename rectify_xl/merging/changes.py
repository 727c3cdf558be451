"""What changed from one return to the next: deadlines moved, items reopened, rows gone, nothing happening."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.kinds import as_text
from rectify_xl.merging.deadlines import CLOSED, EXTENDED_TO, form_test
from rectify_xl.merging.row_findings import in_ledger, row_finding
from rectify_xl.merging.tracks import Track
from rectify_xl.model import Finding, Form, FormRows, Params, Return, Row, State
from rectify_xl.normal import shown
from rectify_xl.rules.expression import names_in

Office = Mapping[str, Any]
FormReturn = tuple[Return, FormRows]


class RowChange(NamedTuple):
    """A finding about a row's change, with the row's track and the 填报日期 of the return that shows it."""

    track: Track
    finding: Finding
    filled_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRules:
    """What a form's changes are judged by: 停滞天数, what the office says of items (by number), who speaks for whom."""

    form: Form
    speaks_for: Callable[[Return, str], bool]
    stall_days: int
    office: Mapping[str, Office] = field(default_factory=dict)

    def changes(self, tracks: Sequence[Track], direct: Sequence[FormReturn]) -> Iterator[RowChange]:
        """moved-deadline, reopened, stalled and missing-row, each at the return that shows it.

        `direct` are the returns that came directly, in order: one that only a ledger has says of no row that it is
        missing.
        """
        with_rows = [(return_, rows) for return_, rows in direct if rows.good or rows.bad]
        last = with_rows[-1][0] if with_rows else None
        for track in tracks:
            is_new = len(track.states) == 1
            if is_new and last and track.last_seen_in == last.digest and last.unit_code in track.units:
                continue  # reported once, and by the latest return: nothing can have changed
            office = self.office.get(track.number, {})
            if not is_new:
                yield from self._moved(track, office)
                yield from self._reopened(track, office)
            latest = next((pair for pair in reversed(with_rows) if self.speaks_for(pair[0], track.reported_by)), None)
            if latest is None:
                continue
            return_, rows = latest
            if track.last_seen_in == return_.digest:
                if not is_new:
                    yield from self._stalled(track, office)
            elif _order(track.states[-1]) < return_.order:
                assert return_.filled_on is not None
                yield RowChange(track, _missing(self.form, track, return_, rows), return_.filled_on)

    def _at(self, track: Track, state: State, code: str, column: str, params: Params) -> RowChange:
        """A change that shows at the cell of a state."""
        return_ = Return(file=state.file, digest=state.digest)
        row = Row(state.sheet, state.row, state.values)
        letters = {state.sheet: state.letters}
        finding = row_finding(self.form, return_, row, letters, code=code, column=column, params=params)
        if record := track.ledger_record_of(state):
            finding = in_ledger(finding, record, self.form)
        return RowChange(track, finding, state.filled_on)

    def _moved(self, track: Track, office: Office) -> Iterator[RowChange]:
        """A deadline other than the agreed one and than the office's extension, where it first stands."""
        deadline = self.form.deadline
        if deadline is None or not deadline.agreed or track.agreed_due is None:
            return
        place = self.form.positions[deadline.due]
        for before, state in pairwise(track.states):
            due = state.values[place]
            if due not in (track.agreed_due, before.values[place], office.get(EXTENDED_TO)):
                params = (("old", track.agreed_due), ("new", due or ""))
                yield self._at(track, state, "moved-deadline", deadline.due, params)

    def _reopened(self, track: Track, office: Office) -> Iterator[RowChange]:
        """A state that is open again after a closed one."""
        if self.form.closed_when is None:
            return
        closed = form_test(self.form, self.form.closed_when)
        column = next(names_in(self.form.closed_when))
        place = self.form.positions[column]
        case: Params = (("case", "closed"),) if is_closed(office) else ()
        for before, state in pairwise(track.states):
            if closed(before.values, ()) and not closed(state.values, ()):
                params = (*case, ("old", before.values[place]), ("new", state.values[place]))
                yield self._at(track, state, "reopened", column, params)

    def _stalled(self, track: Track, office: Office) -> Iterator[RowChange]:
        """An open row whose status and progress stood still for that many days of 填报日期."""
        form, deadline = self.form, self.form.deadline
        latest = track.states[standing_place(form, track.states, office)]
        if deadline is None or not form.unchanged or form_test(form, deadline.done)(latest.values, ()):
            return
        if deadline.standing and form_test(form, deadline.standing)(latest.values, ()):
            return
        places = [form.positions[name] for name in form.unchanged]
        since = latest
        for state in reversed(track.states):
            if any(state.values[place] != latest.values[place] for place in places):
                break
            since = state
        days = (latest.filled_on - since.filled_on).days
        if days and days >= self.stall_days:
            params = (("days", days), ("since", since.filled_on))
            yield self._at(track, latest, "stalled", form.unchanged[0], params)


def is_closed(office: Office) -> bool:
    """Whether the office closed an item for good (销号)."""
    return bool(office.get(CLOSED) == catalog.base_lists()["yesno"][0])


def standing_place(form: Form, states: Sequence[State], office: Office) -> int:
    """The place of the state that stands: the last, or the last completed one of an item that the office closed."""
    last = len(states) - 1
    if form.closed_when is None or not is_closed(office):
        return last
    closed = form_test(form, form.closed_when)
    return max((place for place, state in enumerate(states) if closed(state.values, ())), default=last)


def _order(state: State) -> tuple[date, str, str]:
    return state.filled_on, state.saved, state.digest


def _missing(form: Form, track: Track, return_: Return, rows: FormRows) -> Finding:
    """The finding on a row that a return no longer has."""
    last = track.states[-1]
    sheet = next(iter(rows.letters), "")
    name = track.number or key_words(form, last.values)
    place = (("other", last.file), ("other_sheet", last.sheet), ("other_row", last.row))
    params = (("number", name), *place)
    return Finding(
        level=catalog.codes()["missing-row"].level, code="missing-row", file=return_.file, sheet=sheet, params=params,
        form=form.name, digest=return_.digest,
    )  # fmt: skip


def key_words(form: Form, values: Sequence[Any]) -> str:
    """A row's key as a sentence names it, from the row's values."""
    key = (values[form.positions[name]] for name in form.key)
    return "，".join(shown(as_text(value), 30) for value in key if value is not None)
