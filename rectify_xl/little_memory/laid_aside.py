"""Many records in little memory: some stay there, others wait in a temporary file until they are needed."""

from __future__ import annotations

import pickle
from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import Any, TypeVar, overload

from rectify_xl.little_memory.plain_records import Plain, items_from_plain, items_with, named, plain_parts
from rectify_xl.little_memory.unnamed_file import Place, UnnamedFile
from rectify_xl.model import Item, State

_Record = TypeVar("_Record")
# How many records of one shelf stay in memory; where more are expected, only IN_MEMORY / _FEWER of them.
IN_MEMORY, _FEWER = 40_000, 400
# How many records are written as one block, and how many that were read again are cached: what a unit owes lies in
# half a dozen places, and unit after unit goes through all of them.
_BLOCK_SIZE, _MOST_CACHED = 256, 2048


class Shelf:
    """Holds many records with at most `in_memory` of them in memory.

    Raises OSError where its file cannot be written. A forked process can read what was written before the fork.
    """

    def __init__(self, in_memory: int | None = None) -> None:
        self._room = IN_MEMORY if in_memory is None else in_memory
        self._file = UnnamedFile()
        self._cache: dict[Place, Sequence[Any]] = {}
        self._cached = 0

    def lay(self, records: Sequence[_Record]) -> Sequence[_Record]:
        """The same records: a tuple while there is room in memory, else a block on disk."""
        if self._has_room(len(records)):
            return tuple(records)
        values: Sequence[Any] = records
        if isinstance(values[0], Item):
            return _ItemBlock(self, plain_parts(values))
        return _RecordBlock(self, self._put([tuple(record) for record in values]), len(values), type(values[0]))

    def lay_plain(self, values: Sequence[Any], states: Sequence[Any]) -> Sequence[Item]:
        """Like `lay`, for items as `plain_parts` gives them."""
        return items_from_plain(values, states) if self._has_room(len(values)) else _ItemBlock(self, (values, states))

    def lay_all(self, records: Iterable[_Record]) -> Sequence[_Record]:
        """Like `lay`, for a stream of records."""
        waiting = iter(records)
        return joined(map(self.lay, iter(lambda: tuple(islice(waiting, _BLOCK_SIZE)), ())))

    def plain(self, place: Place) -> Any:
        """The plain values at a place."""
        return pickle.loads(self._file.read(place))

    def block(self, place: Place, make: Callable[[Any], Sequence[Any]]) -> Sequence[Any]:
        """The records that `make` makes of the plain values at a place; the last blocks are cached."""
        cache = self._cache
        if place in cache:
            records = cache.pop(place)
        else:
            records = make(self.plain(place))
            self._cached += len(records)
            while cache and self._cached > _MOST_CACHED:
                self._cached -= len(cache.pop(next(iter(cache))))
        cache[place] = records
        return records

    def _has_room(self, count: int) -> bool:
        """Whether so many more records stay in memory; once some did not, no later ones do."""
        has_room = count <= self._room
        self._room = self._room - count if has_room else 0
        return has_room

    def _put(self, values: Sequence[Any]) -> Place:
        """Writes plain values and gives their place."""
        return self._file.put(pickle.dumps(values, pickle.HIGHEST_PROTOCOL))


def room_for(expected: int) -> int:
    """How many records stay in memory where about so many are expected: only a few of very many.

    Very many records need memory elsewhere too, and most of them are read from the file anyhow.
    """
    return IN_MEMORY if expected <= IN_MEMORY else IN_MEMORY // _FEWER


def keep(records: Iterable[_Record], expected: int = 0) -> Sequence[_Record]:
    """A stream of about `expected` records on a shelf of its own."""
    return Shelf(room_for(expected)).lay_all(records)


def plain_of(items: Sequence[Item]) -> Plain:
    """Items as `plain_parts` gives them; those of a block on disk are not built for it."""
    return items.plain() if isinstance(items, _ItemBlock) else plain_parts(items)


def joined(parts: Iterable[Sequence[_Record]]) -> Sequence[_Record]:
    """The concatenation of some sequences: a tuple where all their records are in memory."""
    filled = [part for part in parts if len(part)]
    if any(isinstance(part, _OnDisk) for part in filled):
        return _Joined(filled)
    return tuple(chain.from_iterable(filled))


def rearranged(records: Sequence[_Record], places: Sequence[int]) -> Sequence[_Record]:
    """The records at some places, in this order: a tuple where all records are in memory."""
    if isinstance(records, _OnDisk):
        return _Rearranged(records, places)
    return tuple([records[place] for place in places])


class _OnDisk(Sequence[Any]):
    """Records not all of which are in memory; equal to a tuple of the same records, and pickled as one."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (tuple, _OnDisk)):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)


class _Block(_OnDisk):
    """`count` records that are read together from a place on a shelf."""

    __slots__ = ("_count", "_place", "_shelf")

    def __init__(self, shelf: Shelf, place: Place, count: int) -> None:
        self._shelf, self._place, self._count = shelf, place, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records())

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        return self.records()[at]

    @abstractmethod
    def records(self) -> Sequence[Any]:
        """The records, read if they are not cached."""


class _RecordBlock(_Block):
    """Named tuples of one class."""

    __slots__ = ("_kind",)

    def __init__(self, shelf: Shelf, place: Place, count: int, kind: Any) -> None:
        super().__init__(shelf, place, count)
        self._kind = kind

    def records(self) -> Sequence[Any]:
        return self._shelf.block(self._place, self._records_from)

    def _records_from(self, values: Any) -> Sequence[Any]:
        return named(self._kind, values)


class _ItemBlock(_RecordBlock):
    """Items, with their states at a place of their own: few readers need those."""

    __slots__ = ("_counts", "_states")

    def __init__(self, shelf: Shelf, plain: Plain) -> None:
        values, states = plain
        super().__init__(shelf, shelf._put(values), len(values), Item)
        self._states, self._counts = shelf._put(states), array("I", map(len, states))

    def plain(self) -> Plain:
        """The items as plain values."""
        return self._shelf.plain(self._place), self._shelf.plain(self._states)

    def _records_from(self, values: Any) -> Sequence[Any]:
        states = [_StateBlock(self._shelf, self._states, at, count) for at, count in enumerate(self._counts)]
        return items_with(values, states)


class _StateBlock(_Block):
    """The states of one item of an item block."""

    __slots__ = ("_at",)

    def __init__(self, shelf: Shelf, place: Place, at: int, count: int) -> None:
        super().__init__(shelf, place, count)
        self._at = at

    def records(self) -> Sequence[State]:
        states: Sequence[State] = self._shelf.block(self._place, _states_by_item)[self._at]
        return states


def _states_by_item(values: Any) -> Sequence[Sequence[State]]:
    return [named(State, states) for states in values]


class _Joined(_OnDisk):
    """The concatenation of several sequences."""

    __slots__ = ("_ends", "_near", "_parts")

    def __init__(self, parts: Sequence[Sequence[Any]]) -> None:
        self._parts, self._ends = parts, array("Q", accumulate(map(len, parts)))
        # Of the part read last its start and end here, and its records.
        self._near: tuple[int, int, Sequence[Any]] = (0, 0, ())

    def __len__(self) -> int:
        return self._ends[-1]

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self._parts)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, int):
            start, end, records = self._near
            if start <= at < end:
                return records[at - start]
            at = range(len(self))[at]
            part, start = self._part(at)
            records = self._parts[part]
            self._near = start, self._ends[part], records.records() if isinstance(records, _Block) else records
            return self._near[2][at - start]
        places = range(len(self))[at]
        if places.step != 1:
            return [self[place] for place in places]
        return list(self._between(places.start, places.stop))

    def _part(self, place: int) -> tuple[int, int]:
        """Which part a record stands in, and how many stand before that part."""
        part = bisect_right(self._ends, place)
        return part, self._ends[part - 1] if part else 0

    def _between(self, start: int, stop: int) -> Iterator[Any]:
        if start >= stop:
            return
        part, before = self._part(start)
        while before < stop and part < len(self._parts):
            records = self._parts[part]
            yield from records[max(0, start - before) : stop - before]
            part, before = part + 1, before + len(records)


class _Rearranged(_OnDisk):
    """Records of another sequence in another order."""

    __slots__ = ("_places", "_records")

    def __init__(self, records: Sequence[Any], places: Sequence[int]) -> None:
        self._records, self._places = records, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, int):
            return self._records[self._places[at]]
        return [self._records[place] for place in self._places[at]]

    def __iter__(self) -> Iterator[Any]:
        return map(self._records.__getitem__, self._places)
