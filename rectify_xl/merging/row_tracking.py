"""Which rows are the same from week to week, by number, else by unit and key; which of them wait, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rectify_xl.merging.lower_numbers import LowerNumbers
from rectify_xl.merging.new_rows import Key, NewRow, NewRows
from rectify_xl.merging.numbering import ref_of, state_ref
from rectify_xl.merging.row_findings import findings_by_row, in_ledger, pending_row, row_finding
from rectify_xl.merging.speaking import RowSpeakers
from rectify_xl.merging.tracks import FoldContext, Track
from rectify_xl.model import Finding, Form, FormRows, Params, Pending, Return, Row, State
from rectify_xl.office.waivers import Matter, names_for


class _WaitReason(NamedTuple):
    """Why a row must wait: the code of the finding, the column it stands at, what its sentence says."""

    code: str
    column: str
    params: Params


class RowTracker:
    """Follows the rows of one form of one unit, and of those merged into it, return by return."""

    def __init__(
        self, form: Form, unit: str, context: FoldContext, *, speaking: RowSpeakers, lower: LowerNumbers
    ) -> None:
        self.form, self.unit, self.context = form, unit, context
        self.speaking, self._lower = speaking, lower
        self.tracks: list[Track] = []
        self._new_rows = NewRows(form, unit, context, lower=lower, tracks=self.tracks)
        self.findings: list[Finding] = []
        self.is_plain = True  # nothing decided but the returns, the units and the numbers that rows were given
        self._pending: list[tuple[str, Pending]] = []  # with the code of the unit that sent the row
        self._by_number: dict[str, Track] = {}
        self._by_key: dict[Key, list[Track]] = {}
        self._number_place = next((p for p, c in enumerate(form.columns) if c.assigned), None)
        self._due_place = form.positions[form.deadline.due] if form.deadline and form.deadline.agreed else None
        self._rules_between = [rule for rule in form.rules if rule.between]
        self._needs_renumbering = False
        self._unknown_numbers: list[tuple[str, str]] = []  # that nobody had given when their row came, with its file
        self._is_from_ledger = False  # of the return being added: whether it is a ledger's alone

    @property
    def pending(self) -> list[Pending]:
        """The bad rows of each unit's latest return of the form."""
        return [pending for _, pending in self._pending]

    def add(self, return_: Return, rows: FormRows, from_ledger: Sequence[Pending] | None = None) -> None:
        """Adds one return that has rows: good rows become states, bad rows only show that the row is still there.

        `from_ledger` marks a file that only a lower office's ledger has; it is the bad rows as they stand there.
        """
        self._is_from_ledger = from_ledger is not None
        new_rows = self._new_rows.of(return_, rows)
        self.speaking.note(return_, self.tracks, self._new_rows.written, [new.row.values for new in new_rows])
        self._pending = [(unit, p) for unit, p in self._pending if not self.speaking.speaks_for(return_, unit)]
        self._pending += [(return_.unit_code, pending) for pending in from_ledger or ()]
        bad = {(row.sheet, row.row) for row in rows.bad}
        errors = findings_by_row(return_, rows.bad) if bad else {}
        known_before = {key: list(tracks) for key, tracks in self._by_key.items()}
        for new in new_rows:
            place = new.row.sheet, new.row.row
            candidates, reason = self._candidates(new, known_before, return_)
            self.is_plain = self.is_plain and reason is None and not self._is_from_ledger
            is_bad, told = place in bad, errors.get(place, ())
            finding = None
            if reason and (not is_bad or self._holds_besides(reason, told)):
                finding = self._finding(return_, new, rows, reason)
                self.findings.append(finding)
            errors_between = (finding,) if finding and finding.level == "error" else ()
            if is_bad or errors_between:
                waiting = pending_row(self.form, return_, new.row, (*told, *errors_between))
                self._pending.append((return_.unit_code, waiting))
            else:
                self._add_state(candidates[0] if candidates else None, return_, new, rows)
            if is_bad and len(candidates) == 1 and new.number in ("", candidates[0].number):
                candidates[0].last_seen_in, candidates[0].reported_by = return_.digest, return_.unit_code

    def _holds_besides(self, reason: _WaitReason, told: Sequence[Finding]) -> bool:
        """Whether a bad row would wait for a reason too: not by its key, which may be at fault, nor at a told cell."""
        wrong = {finding.column for finding in told if finding.level == "error"}
        return reason.code != "duplicate" and not self._is_from_ledger and reason.column not in wrong

    def _finding(self, return_: Return, new: NewRow, rows: FormRows, reason: _WaitReason) -> Finding:
        """The finding on a row that must wait, at its own cell or in the ledger; a warning where a waiver lets it pass.

        No waiver gives one number to two rows.
        """
        row, (code, column, params) = new.row, reason
        finding = row_finding(self.form, return_, row, rows.letters, code=code, column=column, params=params)
        if self._is_from_ledger:
            ref = state_ref(return_.digest, row.sheet, row.row)
            finding = in_ledger(finding, self.context.ledger_records[ref][-1], self.form)
        if code == "foreign-id" and new.number in self._by_number:
            return finding
        return self.context.waivers.apply(return_.unit_code, finding, self._matter(row, return_))

    def _matter(self, row: Row, return_: Return) -> Matter:
        return Matter(names=names_for(self.form, row.values), digest=return_.digest, filled_on=return_.filled_on)

    def _lets_pass(self, code: str, row: Row, return_: Return) -> bool:
        return self.context.waivers.find(return_.unit_code, code, self._matter(row, return_)) is not None

    # ---- which row it is

    def _candidates(
        self, new: NewRow, known_before: Mapping[Key, Sequence[Track]], return_: Return
    ) -> tuple[Sequence[Track], _WaitReason | None]:
        """The tracks that a row may belong to, the likeliest first (none: it is new), and why it must wait."""
        row, number, key, lower = new
        reason = self._broken_rule_between(row) if self._rules_between else None
        if lower and lower.track:
            return (lower.track,), reason
        same_key = self._with_key(known_before[key], return_) if key in known_before else []
        if lower:
            same_key = [track for track in same_key if track.is_provisional and self._lower.is_free(track)]
        elif self._new_rows.is_of_later_merger(row, return_):
            return same_key, reason or self._foreign("other-unit")
        if number:
            if not lower and self.context.numbering.closed and self._is_foreign(row, number, return_):
                return (), reason or self._foreign("never-given")
            if track := self._by_number.get(number):
                was_unclear = len(same_key) > 1 and not self._new_rows.is_written(row, number)
                if was_unclear and self._lets_pass("duplicate", row, return_):
                    reason = reason or self._several(same_key)
                return (track,), reason
            provisional = [track for track in same_key if track.is_provisional]
            return provisional if len(provisional) == 1 else (), reason
        return same_key, reason or (self._several(same_key) if len(same_key) > 1 else None)

    def _foreign(self, case: str) -> _WaitReason:
        return _WaitReason("foreign-id", self.form.columns[self._number_place or 0].name, (("case", case),))

    def _several(self, tracks: Sequence[Track]) -> _WaitReason:
        numbers = "、".join(track.number for track in tracks)
        return _WaitReason("duplicate", self.form.key[-1], (("case", "several"), ("numbers", numbers)))

    def _with_key(self, tracks: Sequence[Track], return_: Return) -> list[Track]:
        """Of the tracks with one key those that a return may report again: its own unit's before another's.

        Not one that another row of the return names by its number.
        """
        written = self._new_rows.written
        free = [
            track for track in tracks
            if track.last_seen_in != return_.digest and (track.is_provisional or track.number not in written)
        ]  # fmt: skip
        own = [track for track in free if return_.unit_code in track.units]
        return own or [track for track in free if self.speaking.speaks_for(return_, track.reported_by)]

    def _is_foreign(self, row: Row, number: str, return_: Return) -> bool:
        """Whether the number in a row was not given yet when its file came, or belongs to another row of the file."""
        if number not in self.context.numbering.known:
            self._unknown_numbers.append((number, return_.digest))
            return True
        if not self._new_rows.is_written(row, number):
            return False
        numbering, digest = self.context.numbering, return_.digest
        if number in self._new_rows.remembered or not numbering.was_known(number, digest):
            return True
        # Let pass before: what a waiver lets pass is told as long as it does, not in the first run alone.
        is_new = number not in self._by_number and self._lets_pass("foreign-id", row, return_)
        return is_new and numbering.is_of_file(number, digest)

    def learns_numbers(self) -> bool:
        """Whether a row waits whose number has since been given for another file's; if so that number is known now.

        Then all returns must be added anew: so the next run would see it, and this one shall say the same.
        """
        unknown = [(self._by_number.get(number), digest) for number, digest in self._unknown_numbers]
        right = [track for track, digest in unknown if track is not None and self._was_given_before(track, digest)]
        if right:
            self.context.numbering.learn({ref_of(state): track.number for track in right for state in track.states})
            self.context.numbering.take_back(track.number for track in self.tracks if track.is_provisional)
        return bool(right)

    def _was_given_before(self, track: Track, digest: str) -> bool:
        """Whether a track has its number by files that came no later than a file, and by none of its rows."""
        numbering, files = self.context.numbering, [state.digest for state in track.states]
        return digest not in files and any(numbering.had_arrived(file, by=digest) for file in files)

    def _broken_rule_between(self, row: Row) -> _WaitReason | None:
        """A rule that only the merge can judge: the item named is that unit's."""
        for rule in self._rules_between:
            number = row.values[self.form.positions[rule.column]]
            unit = row.values[self.form.positions["unit_code"]]
            if number and unit and (unit, number) not in self.context.items:
                return _WaitReason(rule.code, rule.column, (("case", "item"),))
        return None

    # ---- its states

    def _add_state(self, track: Track | None, return_: Return, new: NewRow, rows: FormRows) -> None:
        assert return_.filled_on is not None
        row, number, key, lower = new
        letters = rows.letters.get(row.sheet, ())
        state = State(
            return_.file, return_.digest, row.sheet, row.row, return_.filled_on, return_.saved, row.values, letters
        )
        if track is None:
            track = self._new_track(number, return_)
        elif number and track.is_provisional:
            self._confirm(track, number)
        self._set_key(track, key)
        track.states.append(state)
        track.last_seen_in, track.reported_by = return_.digest, return_.unit_code
        track.units.add(return_.unit_code)
        ref = ref_of(state)
        records = self.context.ledger_records.get(ref, ())
        if records:
            track.ledger_records += records
            self.is_plain = False
        if self._is_from_ledger:
            track.only_in_ledgers.add(ref)
        if lower:
            self._lower.add(lower, track)
        if self._due_place is not None:
            for record in records:
                item = record.row.item
                track.agree(item.values[self._due_place], (item.first_on, "", ""))
            if not self._is_from_ledger:
                track.agree(row.values[self._due_place], return_.order)

    def _set_key(self, track: Track, key: Key) -> None:
        if track.states:
            if track.key == key:
                return
            self._by_key[track.key].remove(track)
        track.key = key
        self._by_key.setdefault(key, []).append(track)

    def _new_track(self, number: str, return_: Return) -> Track:
        numbering = self.context.numbering
        is_provisional = self._number_place is not None and not number
        if is_provisional:
            number = numbering.next(return_.unit_code, self.form.id_letter)
        elif number:
            numbering.skip(number)
        track = Track(number, is_provisional=is_provisional)
        self.tracks.append(track)
        if number:
            self._by_number[number] = track
        return track

    def _confirm(self, track: Track, number: str) -> None:
        """A row with a provisional number was given one before: that one stands."""
        if number != track.number:
            del self._by_number[track.number]
            track.number, self._by_number[number] = number, track
            self.context.numbering.skip(number)
            self._needs_renumbering, self.is_plain = True, False
        track.is_provisional = False

    def close_gaps(self) -> None:
        """Numbers the new rows without a gap, in the order in which they came, where one turned out to be known."""
        if not self._needs_renumbering:
            return
        numbering = self.context.numbering
        new = [track for track in self.tracks if track.is_provisional]
        for track in new:
            del self._by_number[track.number]
        numbering.take_back([track.number for track in new], in_use=self._by_number)
        for track in new:
            unit = track.number.rpartition("-")[0]
            track.number = numbering.next(unit, self.form.id_letter)
            self._by_number[track.number] = track
