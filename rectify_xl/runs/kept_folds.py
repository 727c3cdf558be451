"""The folds that the memory keeps by unit: which still hold, and what a fold that was made now leaves to the next run.

They are no second truth: each says what it rests on, is made again where that has changed, and may be lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rectify_xl.grounds import Grounds, digest_of, facts_digest
from rectify_xl.laid_aside import Shelf, room_for
from rectify_xl.merging.office import Standing, standing
from rectify_xl.merging.unit_fold import UnitFold
from rectify_xl.model import OfficeEntry, Return, Settings
from rectify_xl.receiving.guarded.wire import Garbage
from rectify_xl.roster import Roster, roster_for
from rectify_xl.runs.packed_folds import packed, unpacked
from rectify_xl.runs.taking_in import Taken, laid
from rectify_xl.store import Store

# Another number here makes every fold anew.
_FORMAT = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What a run takes from the memory instead of working it out: `folds` by unit.

    `taken` has the rows of every return that no fold stands for, `read` the digests of the known ones among them (None:
    all), `keys` by unit what a fold made now rests on; a unit without a key is not kept.
    """

    taken: Taken
    read: frozenset[str] | None = None
    folds: Mapping[str, UnitFold] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


def nothing_kept(store: Store, taken: Taken) -> Kept:
    """Everything with its rows."""
    return Kept(taken=_with_rows(store, taken, {held.digest for held in taken.known}))


def kept_for(store: Store, taken: Taken, settings: Settings, as_of: date, entries: Iterable[OfficeEntry]) -> Kept:
    """The folds that still hold for what was taken in; none beside offices' ledgers, which tie units together."""
    if any(held.ledger for held in taken.returns):
        return nothing_kept(store, taken)
    roster = roster_for(settings)
    keys = dict(_keys(taken, settings, roster, as_of))
    folds = dict(_holding(store, keys, standing(entries), Shelf(room_for(_rows_in(taken.known)))))
    read = {held.digest for held in taken.known if roster.successor(held.unit_code, as_of) not in folds}
    return Kept(taken=_with_rows(store, taken, read), read=frozenset(read), folds=folds, keys=keys)


def _with_rows(store: Store, taken: Taken, wanted: Collection[str]) -> Taken:
    """What was taken in, the files whose digests are `wanted` with their rows."""
    again = {held.digest: held.forms for held in taken.again}
    read = [held for held in taken.known if held.digest in wanted and held.digest and held.digest not in again]
    told = {held.digest: held.forms for held in laid(store.with_rows(read), _rows_in(read))} | again
    made = (replace(held, forms=told[held.digest]) if held.digest in told else held for held in taken.known)
    return replace(taken, known=tuple(made))


def _rows_in(returns: Iterable[Return]) -> int:
    return sum(len(rows.good) + len(rows.bad) for held in returns for rows in held.forms)


def with_whole_rows(store: Store, kept: Kept, returns: Iterable[Return]) -> list[Return]:
    """Returns of a run's book; those of which only the counts are known with their rows."""
    held = list(returns)
    counted = set() if kept.read is None else {told.digest for told in kept.taken.known} - kept.read
    told = {made.digest: made.forms for made in store.with_rows(h for h in held if h.digest in counted)}
    return [replace(h, forms=told[h.digest]) if h.digest in told else h for h in held]


# ---- what a fold rests on


def _keys(taken: Taken, settings: Settings, roster: Roster, as_of: date) -> Iterator[tuple[str, str]]:
    """What the fold of each unit rests on: its returns as they were judged, its name, and what holds for all."""
    judging = {arrival.digest: arrival.judging for arrival in taken.arrivals}
    grounds = Grounds(settings)
    judging |= {held.digest: grounds.of(held) for held in (*taken.again, *(held for _, held in taken.fresh))}
    common = _common(settings)
    for unit, returns in _by_unit(taken.returns, roster, as_of).items():
        days = Counter((held.unit_code, held.filled_on) for held in returns)
        if max(days.values()) == 1:  # else their rows are compared every time
            known_as = roster.by_code(unit)
            told = [(held.digest, held.file, held.verdict, judging[held.digest]) for held in returns]
            yield unit, digest_of(common, unit, known_as.name if known_as else "", told)


def _by_unit(returns: Iterable[Return], roster: Roster, as_of: date) -> Mapping[str, Sequence[Return]]:
    """The files that count, each once, by the unit they count for, in their order."""
    first: dict[str, Return] = {}
    for held in returns:
        if held.verdict in ("accepted", "returned") and held.forms:
            first.setdefault(held.digest, held)
    made: dict[str, list[Return]] = {}
    for held in sorted(first.values(), key=lambda held: held.order):
        made.setdefault(roster.successor(held.unit_code, as_of), []).append(held)
    return made


def _common(settings: Settings) -> str:
    """What every fold rests on; the day of judgement is no part of it."""
    merged = [(u.code, u.merged_into, u.stopped_on) for u in settings.units if u.merged_into]
    said = (settings.stall_days, settings.stage_start, settings.waivers, settings.forms)
    return digest_of(_FORMAT, facts_digest(), merged, said)


def _holding(store: Store, keys: Mapping[str, str], typed: Standing, shelf: Shelf) -> Iterator[tuple[str, UnitFold]]:
    for unit, key, told in store.folds():
        if keys.get(unit) == key:
            try:
                fold = unpacked(told, typed, shelf)
            except Garbage:
                continue
            if fold is not None:
                yield unit, fold


# ---- what is kept


def keep_folds(store: Store, kept: Kept, made: Mapping[str, UnitFold], settings: Settings, typed: Standing) -> None:
    """Keeps the folds that were made now and would come to the same once their numbers are known."""
    plain = {unit: fold for unit, fold in made.items() if all(told.is_plain for told in fold.values())}
    store.drop_folds(unit for unit in made if unit not in plain or unit not in kept.keys)
    store.keep_folds(
        (unit, kept.keys[unit], packed(typed, fold, settings.stage_start))
        for unit, fold in plain.items()
        if unit in kept.keys
    )
