"""Many records in little memory: some stay there, others lie in a temporary file until they are asked for."""

from __future__ import annotations

import pickle
from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import Any, TypeVar, overload

from rectify_xl.model import Item, State
from rectify_xl.plain_records import Plain, items_made, items_with, named, plain_parts
from rectify_xl.unnamed_file import Place, UnnamedFile

_Record = TypeVar("_Record")
# So many records of one shelf stay in memory; where more are expected only a small part of so many.
IN_MEMORY, _FEWER = 40_000, 400
# Records laid aside together where nothing else divides them, and how many are kept at hand.
_LOT, _AT_HAND = 256, 512


class Shelf:
    """Keeps many records in little memory, as many as `in_memory`.

    Raises OSError where its file cannot be written. A copy of this process may read what lay here when it began.
    """

    def __init__(self, in_memory: int | None = None) -> None:
        self._room = IN_MEMORY if in_memory is None else in_memory
        self._file = UnnamedFile()
        self._at_hand: dict[Place, Sequence[Any]] = {}
        self._count_at_hand = 0

    def lay(self, records: Sequence[_Record]) -> Sequence[_Record]:
        """The same records: a tuple while there is room in memory, else what reads them again."""
        if self._has_room(len(records)):
            return tuple(records)
        held: Sequence[Any] = records
        if isinstance(held[0], Item):
            return _LaidItems(self, plain_parts(held))
        return _Laid(self, self._put([tuple(told) for told in held]), len(held), type(held[0]))

    def lay_plain(self, said: Sequence[Any], states: Sequence[Any]) -> Sequence[Item]:
        """Items, given as `plain_parts` gives them: as `lay` lays them."""
        return items_made(said, states) if self._has_room(len(said)) else _LaidItems(self, (said, states))

    def lay_all(self, records: Iterable[_Record]) -> Sequence[_Record]:
        """The same records, which come one after the other."""
        waiting = iter(records)
        return joined(map(self.lay, iter(lambda: tuple(islice(waiting, _LOT)), ())))

    def plain(self, place: Place) -> Any:
        """The plain values at a place."""
        return pickle.loads(self._file.read(place))

    def lot(self, place: Place, make: Callable[[Any], Sequence[Any]]) -> Sequence[Any]:
        """What `make` makes of the plain values at a place."""
        at_hand = self._at_hand
        if place in at_hand:
            found = at_hand.pop(place)
        else:
            found = make(self.plain(place))
            self._count_at_hand += len(found)
            while at_hand and self._count_at_hand > _AT_HAND:
                self._count_at_hand -= len(at_hand.pop(next(iter(at_hand))))
        at_hand[place] = found
        return found

    def _has_room(self, count: int) -> bool:
        """Whether so many more records stay in memory; after those that do not none does."""
        has_room = count <= self._room
        self._room = self._room - count if has_room else 0
        return has_room

    def _put(self, told: Sequence[Any]) -> Place:
        """Writes plain values; where they lie."""
        return self._file.put(pickle.dumps(told, pickle.HIGHEST_PROTOCOL))


def room_for(expected: int) -> int:
    """How many records stay in memory where about so many come: nearly none of very many.

    Whoever holds many records holds other things by their number too, and walks through a file whatever it keeps.
    """
    return IN_MEMORY if expected <= IN_MEMORY else IN_MEMORY // _FEWER


def keep(records: Iterable[_Record], expected: int = 0) -> Sequence[_Record]:
    """Records that come one after the other, about as many as are expected, on a shelf of their own."""
    return Shelf(room_for(expected)).lay_all(records)


def plain_of(items: Sequence[Item]) -> Plain:
    """Items as `plain_parts` gives them; those of a lot that was laid aside are not made for it."""
    return items.plain() if isinstance(items, _LaidItems) else plain_parts(items)


def joined(parts: Iterable[Sequence[_Record]]) -> Sequence[_Record]:
    """All records of some sequences, one after the other: a tuple where nothing of them was laid aside."""
    held = [part for part in parts if len(part)]
    if any(isinstance(part, _Away) for part in held):
        return _Joined(held)
    return tuple(chain.from_iterable(held))


def rearranged(records: Sequence[_Record], places: Sequence[int]) -> Sequence[_Record]:
    """The records at some places, in the order of these: a tuple where nothing of them was laid aside."""
    if isinstance(records, _Away):
        return _Rearranged(records, places)
    return tuple([records[place] for place in places])


class _Away(Sequence[Any]):
    """Records not all of which are in memory. They equal a tuple of the same ones, and are pickled as that."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (tuple, _Away)):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)


class _Together(_Away):
    """Records that are read together: as many as `count`, from a place on a shelf."""

    __slots__ = ("_count", "_place", "_shelf")

    def __init__(self, shelf: Shelf, place: Place, count: int) -> None:
        self._shelf, self._place, self._count = shelf, place, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return iter(self.lot())

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        return self.lot()[at]

    @abstractmethod
    def lot(self) -> Sequence[Any]:
        """The records themselves."""


class _Laid(_Together):
    """One lot of named tuples that was laid aside."""

    __slots__ = ("_kind",)

    def __init__(self, shelf: Shelf, place: Place, count: int, kind: Any) -> None:
        super().__init__(shelf, place, count)
        self._kind = kind

    def lot(self) -> Sequence[Any]:
        return self._shelf.lot(self._place, self._made)

    def _made(self, told: Any) -> Sequence[Any]:
        return named(self._kind, told)


class _LaidItems(_Laid):
    """One lot of items that was laid aside, their states apart from them: few ask for those."""

    __slots__ = ("_counts", "_states")

    def __init__(self, shelf: Shelf, plain: Plain) -> None:
        said, states = plain
        super().__init__(shelf, shelf._put(said), len(said), Item)
        self._states, self._counts = shelf._put(states), array("I", map(len, states))

    def plain(self) -> Plain:
        """The items in plain values."""
        return self._shelf.plain(self._place), self._shelf.plain(self._states)

    def _made(self, told: Any) -> Sequence[Any]:
        states = [_States(self._shelf, self._states, at, count) for at, count in enumerate(self._counts)]
        return items_with(told, states)


class _States(_Together):
    """The states of one item of a lot that was laid aside."""

    __slots__ = ("_at",)

    def __init__(self, shelf: Shelf, place: Place, at: int, count: int) -> None:
        super().__init__(shelf, place, count)
        self._at = at

    def lot(self) -> Sequence[State]:
        told: Sequence[State] = self._shelf.lot(self._place, _states_of_all)[self._at]
        return told


def _states_of_all(told: Any) -> Sequence[Sequence[State]]:
    return [named(State, said) for said in told]


class _Joined(_Away):
    """Several sequences as one."""

    __slots__ = ("_ends", "_near", "_parts")

    def __init__(self, parts: Sequence[Sequence[Any]]) -> None:
        self._parts, self._ends = parts, array("Q", accumulate(map(len, parts)))
        self._near: tuple[int, int, Sequence[Any]] = (0, 0, ())  # the part last asked: from where to where, its records

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
            start, end, held = self._near
            if start <= at < end:
                return held[at - start]
            at = range(len(self))[at]
            part, start = self._part(at)
            held = self._parts[part]
            self._near = start, self._ends[part], held.lot() if isinstance(held, _Together) else held
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
            held = self._parts[part]
            yield from held[max(0, start - before) : stop - before]
            part, before = part + 1, before + len(held)


class _Rearranged(_Away):
    """Records of another sequence in an order of their own."""

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
