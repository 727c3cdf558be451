"""The folds that the memory keeps by unit: which of them still hold, and which the next run may use.

They are a cache: each has a key of what it rests on, is made again where that has changed, and may be lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rectify_xl.little_memory.laid_aside import Shelf, room_for
from rectify_xl.merging.office import OfficeValues, office_values
from rectify_xl.merging.unit_fold import UnitFold
from rectify_xl.model import MERGED, FormRows, OfficeEntry, Return, Settings
from rectify_xl.office.grounds import Grounds, digest_of, facts_digest
from rectify_xl.office.roster import Roster, roster_for
from rectify_xl.receiving.guarded.wire import Garbage
from rectify_xl.runs.packed_folds import packed, unpacked
from rectify_xl.runs.taking_in import Intake, shelved
from rectify_xl.store import Store

# Part of every key: a new number makes all folds anew.
_FORMAT = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What a run takes from the memory instead of working it out: `folds` by unit.

    `intake` has the rows of every return that is in no fold; `read` are the digests of the known ones among them (None:
    all). `keys` are the keys of all folds by unit; a fold of a unit without one is not kept.
    """

    intake: Intake
    read: frozenset[str] | None = None
    folds: Mapping[str, UnitFold] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


def nothing_kept(store: Store, intake: Intake) -> Kept:
    """The intake with all its rows, and no folds."""
    return Kept(intake=_with_rows(store, intake, {return_.digest for return_ in intake.known}))


def kept_for(store: Store, intake: Intake, settings: Settings, as_of: date, entries: Iterable[OfficeEntry]) -> Kept:
    """The folds that still hold for an intake; none where it has offices' ledgers, which tie units together."""
    if any(return_.ledger for return_ in intake.returns):
        return nothing_kept(store, intake)
    roster = roster_for(settings)
    keys = dict(_keys(intake, settings, roster, as_of))
    folds = dict(_holding(store, keys, office_values(entries), Shelf(room_for(_count_rows(intake.known)))))
    read = {return_.digest for return_ in intake.known if roster.successor(return_.unit_code, as_of) not in folds}
    return Kept(intake=_with_rows(store, intake, read), read=frozenset(read), folds=folds, keys=keys)


def _with_rows(store: Store, intake: Intake, wanted: Collection[str]) -> Intake:
    """The intake, with the rows of known files whose digests are `wanted`."""
    again = {r.digest: r.forms for r in intake.again}
    to_read = [r for r in intake.known if r.digest in wanted and r.digest and r.digest not in again]
    forms = {r.digest: r.forms for r in shelved(store.with_rows(to_read), _count_rows(to_read))} | again
    return replace(intake, known=tuple(_with_forms(intake.known, forms)))


def _with_forms(returns: Iterable[Return], forms: Mapping[str, tuple[FormRows, ...]]) -> Iterator[Return]:
    """The returns, with other forms (by digest) where there are any."""
    return (replace(r, forms=forms[r.digest]) if r.digest in forms else r for r in returns)


def _count_rows(returns: Iterable[Return]) -> int:
    return sum(len(rows.good) + len(rows.bad) for return_ in returns for rows in return_.forms)


def with_whole_rows(store: Store, kept: Kept, returns: Iterable[Return]) -> list[Return]:
    """Returns of a run's book, all with their rows: also those that were not read, as a fold holds them."""
    wanted = list(returns)
    unread = set() if kept.read is None else {r.digest for r in kept.intake.known} - kept.read
    forms = {r.digest: r.forms for r in store.with_rows(r for r in wanted if r.digest in unread)}
    return list(_with_forms(wanted, forms))


# ---- what a fold rests on


def _keys(intake: Intake, settings: Settings, roster: Roster, as_of: date) -> Iterator[tuple[str, str]]:
    """(Unit, key): a digest of its returns as they were judged, its name, and what all folds rest on."""
    judging = {arrival.digest: arrival.judging for arrival in intake.arrivals}
    grounds = Grounds(settings)
    judging |= {r.digest: grounds.of(r) for r in (*intake.again, *(fresh for _, fresh in intake.fresh))}
    common = _common(settings)
    for unit, returns in _by_unit(intake.returns, roster, as_of).items():
        days = Counter((r.unit_code, r.filled_on) for r in returns)
        if max(days.values()) == 1:  # rows of returns of one day are compared in every run
            in_roster = roster.by_code(unit)
            judged = [(r.digest, r.file, r.verdict, judging[r.digest]) for r in returns]
            yield unit, digest_of(common, unit, in_roster.name if in_roster else "", judged)


def _by_unit(returns: Iterable[Return], roster: Roster, as_of: date) -> Mapping[str, Sequence[Return]]:
    """The files that count, each once, by the unit they count for, in their order."""
    first: dict[str, Return] = {}
    for return_ in returns:
        if return_.verdict in MERGED and return_.forms:
            first.setdefault(return_.digest, return_)
    by_unit: dict[str, list[Return]] = {}
    for return_ in sorted(first.values(), key=lambda r: r.order):
        by_unit.setdefault(roster.successor(return_.unit_code, as_of), []).append(return_)
    return by_unit


def _common(settings: Settings) -> str:
    """A digest of what every fold rests on; the day of judgement is no part of it."""
    merged = [(u.code, u.merged_into, u.stopped_on) for u in settings.units if u.merged_into]
    shared = (settings.stall_days, settings.stage_start, settings.waivers, settings.forms)
    return digest_of(_FORMAT, facts_digest(), merged, shared)


def _holding(
    store: Store, keys: Mapping[str, str], typed: OfficeValues, shelf: Shelf
) -> Iterator[tuple[str, UnitFold]]:
    for unit, key, packed_fold in store.folds():
        if keys.get(unit) == key:
            try:
                fold = unpacked(packed_fold, typed, shelf)
            except Garbage:
                continue
            if fold is not None:
                yield unit, fold


# ---- what is kept


def keep_folds(store: Store, kept: Kept, made: Mapping[str, UnitFold], settings: Settings, typed: OfficeValues) -> None:
    """Keeps the folds made by this run that would be the same now that their numbers are known."""
    plain = {unit: fold for unit, fold in made.items() if all(form_fold.is_plain for form_fold in fold.values())}
    store.drop_folds(unit for unit in made if unit not in plain or unit not in kept.keys)
    store.keep_folds(
        (unit, kept.keys[unit], packed(typed, fold, settings.stage_start))
        for unit, fold in plain.items()
        if unit in kept.keys
    )
