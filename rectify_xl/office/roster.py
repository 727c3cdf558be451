"""The roster indexed for look-ups: units by code and name, their children, and the units merged into them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from rectify_xl.kinds import nearest
from rectify_xl.model import Settings, Unit
from rectify_xl.normal import key_text

# Searching for similar names takes time: only the most promising of a long roster are compared.
_MOST_COMPARED, _LONGEST_NAME = 50, 80
# Units are often called nearly alike: one that is offered must be nearer than the next.
_LEAD = 0.1
_ZEROS, _SIGNS = re.compile(r"(?<![0-9])0+(?=[0-9])"), re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """The units of 单位名册 in its order, with their indexes; codes and names are compared in normal form."""

    units: tuple[Unit, ...] = ()
    _by_code: Mapping[str, Unit] = field(default_factory=dict, repr=False, compare=False)
    _by_loose_code: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict, repr=False, compare=False)
    _by_name: Mapping[str, Unit] = field(default_factory=dict, repr=False, compare=False)
    _children: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict, repr=False, compare=False)
    _merged: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether no unit is named, so that any unit is taken as its cover writes it."""
        return not self.units

    def by_code(self, code: str) -> Unit | None:
        """The unit with that code."""
        return self._by_code.get(key_text(code))

    def alike(self, code: str) -> tuple[Unit, ...]:
        """The units whose codes differ from that one in nothing but small letters, or zeros before a whole number."""
        return self._by_loose_code.get(_loose(code), ())

    def meant_by(self, code: str) -> Unit | None:
        """The unit with that code, else the only one with a code like it (Excel makes 1 of 01)."""
        if unit := self.by_code(code):
            return unit
        alike = self.alike(code)
        return alike[0] if len(alike) == 1 else None

    def by_name(self, name: str) -> Unit | None:
        """The unit with that name or alias."""
        return self._by_name.get(key_text(name))

    def nearest(self, name: str) -> str:
        """The name of the unit with the most similar name or alias, "" for none; only the likeliest are compared."""
        key = key_text(name)[:_LONGEST_NAME]
        candidates = sorted(self._by_name, key=lambda candidate: -len(set(candidate) & set(key)))[:_MOST_COMPARED]
        match = nearest(key, candidates, _LEAD) if key else ""
        return self._by_name[match].name if match else ""

    def near_code(self, code: str) -> str:
        """Code and name of the only unit whose code is written alike but for zeros, signs and letters; "" for none."""
        bare = _bare(code)
        alike = [unit for unit in self.units if _bare(unit.code) == bare] if bare else []
        return f"{alike[0].code} {alike[0].name}" if len(alike) == 1 else ""

    def children(self, code: str) -> tuple[Unit, ...]:
        """The units directly below a unit, in roster order."""
        return self._children.get(key_text(code), ())

    def successor(self, code: str, day: date) -> str:
        """The code of the unit that a unit's rows count for on a day: its own until it is merged."""
        seen: set[str] = set()
        unit = self.by_code(code)
        while unit is not None and unit.code not in seen and _is_merged(unit, day):
            seen.add(unit.code)
            code, unit = unit.merged_into, self.by_code(unit.merged_into)
        return unit.code if unit else code

    def prefixes(self, code: str) -> frozenset[str]:
        """The codes that may stand in a unit's numbers: its own and those of all units ever merged into it."""
        codes: dict[str, str] = {key_text(code): code}
        waiting = [code]
        while waiting:
            for unit in self._merged.get(key_text(waiting.pop()), ()):
                if key_text(unit.code) not in codes:
                    codes[key_text(unit.code)] = unit.code
                    waiting.append(unit.code)
        return frozenset(codes.values())

    def order(self) -> dict[str, int]:
        """Where each unit's code stands in the roster, from 0."""
        return {unit.code: place for place, unit in enumerate(self.units)}

    def active(self, day: date) -> list[Unit]:
        """The units that owe something on a day, in roster order: neither stopped on or before it, nor merged."""
        return [u for u in self.units if not _is_merged(u, day) and (u.stopped_on is None or u.stopped_on > day)]


def _is_merged(unit: Unit, day: date) -> bool:
    return bool(unit.merged_into) and (unit.stopped_on is None or unit.stopped_on <= day)


def roster_for(settings: Settings) -> Roster:
    """The roster of the settings; of two units with one code or name the first counts."""
    units = settings.units
    return Roster(
        units=units,
        _by_code=_first((key_text(u.code), u) for u in units),
        _by_loose_code=_grouped((_loose(u.code), u) for u in units),
        _by_name=_first((key_text(name), u) for u in units for name in (u.name, *u.aliases)),
        _children=_grouped((key_text(u.parent), u) for u in units if u.parent),
        _merged=_grouped((key_text(u.merged_into), u) for u in units if u.merged_into),
    )


def _loose(code: str) -> str:
    key = key_text(code).casefold()
    return (key.lstrip("0") or "0") if key.isascii() and key.isdecimal() else key


def _bare(code: str) -> str:
    """A code without what people leave out or put in: zeros before a number, hyphens and the like (KX-1 for KX01)."""
    return _SIGNS.sub("", _ZEROS.sub("", key_text(code).casefold()))


def _first(pairs: Iterable[tuple[str, Unit]]) -> dict[str, Unit]:
    units_by_key: dict[str, Unit] = {}
    for key, unit in pairs:
        units_by_key.setdefault(key, unit)
    return units_by_key


def _grouped(pairs: Iterable[tuple[str, Unit]]) -> dict[str, tuple[Unit, ...]]:
    by_key: dict[str, list[Unit]] = {}
    for key, unit in pairs:
        by_key.setdefault(key, []).append(unit)
    return {key: tuple(units) for key, units in by_key.items()}
