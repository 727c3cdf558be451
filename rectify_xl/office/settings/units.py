"""The roster of 配置.xlsx as units: every code and name once, parents and successors without a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rectify_xl.model import Unit
from rectify_xl.normal import key_text
from rectify_xl.office.settings.cells import Line, Rows, SettingsCell, header_of, lines_below
from rectify_xl.office.settings.layout import SettingsSheet
from rectify_xl.office.settings.problems import Notes


def called_in(sheet: SettingsSheet, rows: Rows) -> list[tuple[str, str]] | None:
    """(name, unit code) of all codes, then of names and aliases, before any of them is checked.

    None where the column of codes is missing.
    """
    header = header_of(sheet, rows)
    if header is None or "code" not in header.places:
        return None
    named = replace(sheet, columns=tuple(map(sheet.column, ("code", "name", "aliases"))))
    lines = [line for line in lines_below(named, rows, header, ({}, Notes())) if line.values["code"]]
    codes = [(line.values["code"], line.values["code"]) for line in lines]
    return codes + [(name, line.values["code"]) for line in lines for name, _ in _names(line)]


def read_units(lines: Sequence[Line]) -> tuple[Unit, ...]:
    """The units in the order of the sheet; whatever contradicts another unit is noted."""
    _note_twins((key_text(line.values["code"]).casefold(), line.cells["code"]) for line in lines)
    _note_twins((key_text(name), cell) for line in lines for name, cell in _names(line))
    for column in ("parent", "merged_into"):
        _note_circles(lines, column)
    return tuple(Unit(**line.values) for line in lines)


def _names(line: Line) -> Iterator[tuple[str, SettingsCell]]:
    """The unit's name and aliases, each once."""
    own = key_text(line.values["name"])
    yield line.values["name"], line.cells["name"]
    for alias in line.values["aliases"]:
        if key_text(alias) != own:
            yield alias, line.cells["aliases"]


def _note_twins(pairs: Iterator[tuple[str, SettingsCell]]) -> None:
    seen: dict[str, SettingsCell] = {}
    for key, cell in pairs:
        first = seen.setdefault(key, cell)
        if key and first is not cell:
            cell.refuse("duplicate", other=first.name)


def _note_circles(lines: Sequence[Line], column: str) -> None:
    cells = {line.values["code"]: line.cells[column] for line in lines}
    for circle in circles_in({line.values["code"]: line.values[column] for line in lines if line.values["code"]}):
        cells[circle[0]].refuse("circle", value=" → ".join((*circle, circle[0])))


def circles_in(links: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Every circle of a map of links, each once, beginning with the one of it that stands first in the map."""
    order = {code: place for place, code in enumerate(links)}
    done: set[str] = set()
    circles: list[tuple[str, ...]] = []
    for start in links:
        path: dict[str, None] = {}
        code = start
        while code in links and code not in done and code not in path:
            path[code] = None
            code = links[code]
        if code in path:
            ring = list(path)[list(path).index(code) :]
            first = ring.index(min(ring, key=order.__getitem__))
            circles.append((*ring[first:], *ring[:first]))
        done.update(path)
    return circles
