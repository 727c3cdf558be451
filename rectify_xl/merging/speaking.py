"""Which return speaks for which unit once units are merged: the successor's, while the merged one sends none itself."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from rectify_xl.merging.tracks import Track
from rectify_xl.model import Form, FormRows, Return
from rectify_xl.office.roster import Roster

# The unit that sent a return, and its 填报日期.
Sent = tuple[str, date | None]
# The values of every row of a return.
RowValues = Sequence[tuple[Any, ...]]


class Speakers:
    """The days on which units reported one form, from which it follows for whom each return speaks."""

    def __init__(self, sent: Iterable[Sent], roster: Roster) -> None:
        self._roster = roster
        self._days: dict[str, list[date]] = {}
        for unit, day in sent:
            if day is not None:
                insort(self._days.setdefault(unit, []), day)

    def counts_for(self, sent: Sent, other: str) -> bool:
        """Whether a unit was merged into the sender of a return by that return's day."""
        (unit, day), roster = sent, self._roster
        if day is None or other == unit or roster.successor(other, day) == other:
            return False
        # The sender may have been merged into another one itself.
        return roster.successor(other, day) == roster.successor(unit, day) and other in roster.prefixes(unit)

    def speaks_for(self, sent: Sent, other: str) -> bool:
        """Whether a return speaks for a unit: the sender, or one merged into it that has ceased to report.

        It has not ceased if it sent the form itself after its merger and after the sender's return before this one.
        """
        if sent[0] == other:
            return True
        return self.counts_for(sent, other) and not self._reports_itself(sent, other)

    def _reports_itself(self, sent: Sent, other: str) -> bool:
        (unit, day), days = sent, self._days.get(other, [])
        assert day is not None
        own = self._days.get(unit, [])
        before = own[place - 1] if (place := bisect_left(own, day)) else date.min
        return any(before < on <= day and self._roster.successor(other, on) != other for on in days)

    def latest(self, sent: Iterable[Sent]) -> list[int]:
        """Of some returns, in their order, the places of those that no later one speaks for."""
        latest: dict[str, int] = {}
        for place, (unit, day) in enumerate(sent):
            for other in self._roster.prefixes(unit):
                if other in latest and self.speaks_for((unit, day), other):
                    del latest[other]
            latest[unit] = place
        return list(latest.values())


def speakers_for(returns: Iterable[Return], roster: Roster) -> Speakers:
    """The speakers of some returns that all have the form."""
    return Speakers(((return_.unit_code, return_.filled_on) for return_ in returns), roster)


def latest_of(form: Form, returns: Iterable[Return], roster: Roster) -> list[tuple[Return, FormRows]]:
    """What the units' latest returns hold of a form, of some returns in their order."""
    with_form = [(return_, rows) for return_ in returns for rows in return_.forms if rows.form == form.name]
    speakers = speakers_for((return_ for return_, _ in with_form), roster)
    places = speakers.latest((return_.unit_code, return_.filled_on) for return_, _ in with_form)
    return [with_form[place] for place in places]


class RowSpeakers:
    """For whom the returns of a form speak, where their rows are known too, noted one after the other."""

    def __init__(self, form: Form, speakers: Speakers) -> None:
        self._speakers = speakers
        self._places = [place for place, column in enumerate(form.columns) if not column.assigned]
        self._senders: set[str] = set()
        self._others: dict[str, frozenset[str]] = {}  # by a return's digest

    def note(self, return_: Return, tracks: Sequence[Track], written: Collection[str], rows: RowValues) -> None:
        """Notes for which of the units that reported before it a return speaks; `tracks` are the rows so far, `written`
        the numbers that it carries. One that was once given for a row of it shows nothing: no clerk typed that.

        One that still reports itself is spoken for too where the return has taken over its rows: one by its number,
        or more than half of them word for word. Equal keys show nothing: two units ask on one day, or have one problem.
        """
        sent, self._senders = (return_.unit_code, return_.filled_on), self._senders | {return_.unit_code}
        others = [unit for unit in self._senders if self._speakers.counts_for(sent, unit)]
        if others:
            self._others[return_.digest] = frozenset(
                unit for unit in others
                if self._speakers.speaks_for(sent, unit)
                or self._has_taken_over([track for track in tracks if track.reported_by == unit], written, rows)
            )  # fmt: skip

    def _has_taken_over(self, tracks: Sequence[Track], written: Collection[str], rows: RowValues) -> bool:
        texts = set(map(self._text, rows))
        by_number = any(track.number in written for track in tracks)
        return by_number or 2 * sum(self._text(track.states[-1].values) in texts for track in tracks) > len(tracks)

    def _text(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """All of a row but its number."""
        return tuple(values[place] for place in self._places)

    def speaks_for(self, return_: Return, unit: str) -> bool:
        """Whether a return that was noted reports the rows of a unit: its own, or one merged into that."""
        return return_.unit_code == unit or unit in self._others.get(return_.digest, ())
