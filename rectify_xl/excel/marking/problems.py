"""What a return's marks and its list of problems say, before anybody writes them: the same for both writers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rectify_xl import catalog
from rectify_xl.excel.marking.sheet_scan import Cell, cell_in
from rectify_xl.messages import code_name, level_name, quoted, sentence
from rectify_xl.model import LEVELS, Finding, Form, Level, Return

_MARKED: tuple[Level, ...] = ("error", "warning")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """How a list is told: its language, the day to send the file again by, an office's own forms by name."""

    lang: str = "zh"
    send_by: date | None = None
    forms: Mapping[str, Form] | None = None

    @property
    def words(self) -> Mapping[str, Any]:
        """The words of the list in its language."""
        held: Mapping[str, Any] = catalog.words("marked")[self.lang]
        return held


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the list; `place` is the cell that its link leads to (None: no cell of any sheet)."""

    level: Level
    sheet: str
    place: Cell | None
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What one cell is told: its level is the gravest, its sentences stand in the order of the findings."""

    level: Level
    told: tuple[tuple[Level, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problems:
    """The list of one return, and its marks by sheet and cell."""

    title: str
    notes: tuple[str, ...]
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    marks: Mapping[str, Mapping[Cell, Mark]] = field(default_factory=dict)


def problems_of(held: Return, wording: Wording, reason: str = "") -> Problems:
    """The problems of a return; `reason` says why they stand in a workbook of their own ("": they do not)."""
    words = wording.words
    first = _first_columns(held)
    graded = sorted(held.findings, key=lambda f: LEVELS.index(f.level))
    most = catalog.words("marked")["most"]["lines"]
    told = [(f, sentence(f, wording.lang, wording.forms)) for f in graded]
    lines = tuple(_line(n, finding, first, wording) for n, finding in enumerate(told[:most], start=1))
    return Problems(
        title=words["title"],
        notes=tuple(_notes(held, wording, reason, len(lines))),
        heads=tuple(words["heads"]),
        lines=lines,
        marks=_marks(told, first),
    )


# ---- where a finding stands


def _first_columns(held: Return) -> dict[str, int]:
    """The first column of each sheet's form, or that of its findings where the form's columns are not known."""
    made: dict[str, int] = {}
    named = [(f.sheet, place[1]) for f in held.findings if f.sheet and (place := cell_in(f.cell))]
    for sheet, column in named:
        made[sheet] = min(column, made.get(sheet, column))
    for rows in held.forms:
        for sheet, letters in rows.letters.items():
            columns = [place[1] for letter in letters if (place := cell_in(f"{letter}1"))]
            made |= {sheet: min(columns)} if columns else {}
    return made


def _place_of(finding: Finding, first: Mapping[str, int]) -> Cell | None:
    """The cell a finding stands in; of a whole row its first one."""
    place = cell_in(finding.cell)
    if place is None and finding.sheet and finding.row:
        return finding.row, first.get(finding.sheet, 0)
    return place


def _marks(told: Sequence[tuple[Finding, str]], first: Mapping[str, int]) -> dict[str, dict[Cell, Mark]]:
    made: dict[str, dict[Cell, Mark]] = {}
    for finding, text in told:  # the gravest come first
        place = _place_of(finding, first)
        if place is None or not finding.sheet or finding.level not in _MARKED:
            continue
        cells = made.setdefault(finding.sheet, {})
        known = cells.get(place)
        earlier = known.told if known else ()
        cells[place] = Mark(
            level=known.level if known else finding.level, told=(*earlier, (finding.level, text))
        )
    return made


# ---- the list


def _line(number: int, told: tuple[Finding, str], first: Mapping[str, int], wording: Wording) -> Line:
    finding, text = told
    place = _place_of(finding, first)
    cell = finding.cell or (wording.words["whole_row"].format(row=finding.row) if finding.row else "")
    texts = (
        str(number),
        level_name(finding.level, wording.lang),
        code_name(finding.code, wording.lang),
        finding.sheet,
        cell,
        finding.label,
        quoted(finding),
        text,
    )
    return Line(level=finding.level, sheet=finding.sheet, place=place, texts=texts)


def _notes(held: Return, wording: Wording, reason: str, listed: int) -> Iterator[str]:
    """The lines above the list: why it stands alone, how many, what to do and by when, which rows are in."""
    words = wording.words
    if reason:
        yield words["reasons"][reason]
    levels = [finding.level for finding in held.findings]
    counts = {level: levels.count(level) for level in LEVELS}
    cut = words["more"].format(listed=listed) if listed < len(levels) else ""
    yield words["counts"].format(total=len(levels), **counts) + cut
    is_owed = held.verdict in ("returned", "refused")
    todo = words["todo"]["listed" if reason and held.verdict == "returned" else held.verdict]
    day = wording.send_by
    by = words["by"].format(day=day) if day else words["soon"]
    yield todo + (by if is_owed else "")
    if held.verdict in ("accepted", "returned"):
        yield from _rows(held, words)


def _rows(held: Return, words: Mapping[str, Any]) -> Iterator[str]:
    """Which rows of which sheet are in, and which wait."""
    if not any(rows.good for rows in held.forms):
        yield words["no_rows"]
    for rows in held.forms:
        for key, known in (("rows", rows.good), ("rows_bad", rows.bad)):
            by_sheet: dict[str, list[int]] = {}
            for row in known:
                by_sheet.setdefault(row.sheet, []).append(row.row)
            for sheet, numbers in by_sheet.items():
                yield words[key].format(sheet=sheet, count=len(numbers), rows=_stretches(numbers, words))


def _stretches(numbers: Iterable[int], words: Mapping[str, Any]) -> str:
    """Row numbers as people say them: 4—20、22."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    most = catalog.words("marked")["most"]["stretches"]
    named = [words["stretch"].format(first=a, last=b) if a < b else str(a) for a, b in runs[:most]]
    joined: str = words["joint"].join(named)
    return joined + (words["and_more"] if len(runs) > most else "")
