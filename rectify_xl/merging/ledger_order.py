"""Which lower office's ledger was written in knowledge of which other, and which therefore counts before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rectify_xl.layouts.ledger_columns import declared
from rectify_xl.merging.row_findings import LedgerRecord
from rectify_xl.model import Return


class Rank(NamedTuple):
    """Where a ledger stands: how many levels of ledgers it was merged from, and its place in time."""

    level: int
    place: int


class LedgerOrder:
    """Some ledgers by what they know of each other.

    A ledger knows those that its 报送情况 names, and the earlier ones of its own office: those of the same name whose
    files it has. Of one day a ledger stands after those that it knows.
    """

    def __init__(self, ledgers: Iterable[Return] = ()) -> None:
        by_time = sorted(ledgers, key=lambda r: r.order)
        self._files = {ledger.digest: _digests_in(ledger) for ledger in by_time}
        # Each after all that it may know: those of earlier days, and of its own day those that know fewer files.
        by_time.sort(key=lambda r: (r.order[0], len(self._files[r.digest]), r.order))
        self.ledgers = tuple(by_time)
        self._known: dict[str, frozenset[str]] = {}
        self._ranks: dict[str, Rank] = {}
        self._offices: dict[str, str] = {}
        for place, ledger in enumerate(by_time):
            known = [other for other in by_time[:place] if self._is_known(other, by=ledger)]
            self._known[ledger.digest] = frozenset(other.digest for other in known)
            named = (other for other in known if other.digest in self._files[ledger.digest])
            level = max((self._ranks[other.digest].level + 1 for other in named), default=0)
            self._ranks[ledger.digest] = Rank(level, place)
            own = (other for other in known if other.digest not in self._files[ledger.digest])
            self._offices[ledger.digest] = next((self._offices[r.digest] for r in own), ledger.digest)

    def _is_known(self, other: Return, *, by: Return) -> bool:
        if other.digest in self._files[by.digest]:
            return True
        is_same_office = (other.unit_code, other.unit_name) == (by.unit_code, by.unit_name)
        theirs, ours = self._files[other.digest], self._files[by.digest]
        return is_same_office and theirs <= ours and (other.order[0] < by.order[0] or theirs < ours)

    def knows(self, ledger: Return, other: Return) -> bool:
        """Whether a ledger was written by an office that had the other at hand."""
        return other.digest in self._known[ledger.digest]

    def rank(self, ledger: Return) -> Rank:
        """Where a ledger stands among the others."""
        return self._ranks[ledger.digest]

    def office(self, ledger: Return) -> str:
        """What all ledgers of one office have in common; offices may be called alike, so it is no name."""
        return self._offices[ledger.digest]

    def office_columns(self, records: Sequence[LedgerRecord]) -> Mapping[str, Any]:
        """What the offices say of a row by what each changed of what it knew: the uppermost last, then the latest.

        So the word of an upper office stands against a later one of its lower office, but what it only passed on does
        not. None for a cell that was cleared.
        """
        if not records:
            return {}
        first = records[0].row.item.office
        if all(record.row.item.office == first for record in records):
            return first
        changed: dict[str, Mapping[str, Any]] = {}
        by_rank = sorted(records, key=lambda record: self.rank(record.ledger))
        for record in sorted(records, key=lambda record: self.rank(record.ledger).place):
            known = (other for other in by_rank if self.knows(record.ledger, other.ledger))
            before = _together(changed[other.ledger.digest] for other in known)
            office = record.row.item.office
            names = [name for name in {**before, **office} if office.get(name) != before.get(name)]
            changed[record.ledger.digest] = {name: office.get(name) for name in names}
        return _together(changed[record.ledger.digest] for record in by_rank)


def _digests_in(ledger: Return) -> frozenset[str]:
    """The digests of the files that a ledger's 报送情况 names."""
    place = [column.name for column in declared("files", "columns")].index("digest")
    lines = ledger.ledger.files if ledger.ledger else ()
    return frozenset(str(line[place]) for line in lines if line[place])


def _together(changes: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    merged: dict[str, Any] = {}
    for change in changes:
        merged |= change
    return merged
