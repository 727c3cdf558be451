"""The problems of a return as texts: the lines of its list and the marks of its cells, the same for both writers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rectify_xl.excel.marking.sheet_scan import Cell, cell_in
from rectify_xl.facts import catalog
from rectify_xl.messages import code_name, level_name, quoted, sentence
from rectify_xl.model import LEVELS, MERGED, SENT_BACK, Finding, Level, Return

_MARKED: tuple[Level, ...] = ("error", "warning")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """What a list is worded with: language, and the day to send the file again by."""

    lang: str = "zh"
    send_by: date | None = None

    @property
    def words(self) -> Mapping[str, Any]:
        """The words of the list in its language."""
        words: Mapping[str, Any] = catalog.words("marked")[self.lang]
        return words


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the list; `place` is the cell that its link leads to (None: no cell of any sheet)."""

    level: Level
    sheet: str
    place: Cell | None
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The mark of one cell: the gravest level, and the sentences with their levels, the gravest first."""

    level: Level
    sentences: tuple[tuple[Level, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problems:
    """The list of one return, and its marks by sheet and cell."""

    title: str
    notes: tuple[str, ...]
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    marks: Mapping[str, Mapping[Cell, Mark]] = field(default_factory=dict)


def problems_of(return_: Return, wording: Wording, reason: str = "") -> Problems:
    """The problems of a return; `reason` says why they stand in a workbook of their own ("": they do not)."""
    words = wording.words
    first_columns = _first_columns(return_)
    graded = sorted(return_.findings, key=lambda f: LEVELS.index(f.level))
    most = catalog.words("marked")["most"]["lines"]
    problems = [(finding, sentence(finding, wording.lang)) for finding in graded]
    lines = tuple(_line(n, problem, first_columns, wording) for n, problem in enumerate(problems[:most], start=1))
    return Problems(
        title=words["title"],
        notes=tuple(_notes(return_, wording, reason, len(lines))),
        heads=tuple(words["heads"]),
        lines=lines,
        marks=_marks(problems, first_columns),
    )


# ---- where a finding stands


def _first_columns(return_: Return) -> dict[str, int]:
    """The first column of each sheet: of its form, or of its findings where the form's columns are unknown."""
    first_columns: dict[str, int] = {}
    for finding in return_.findings:
        if finding.sheet and (place := cell_in(finding.cell)):
            first_columns[finding.sheet] = min(place[1], first_columns.get(finding.sheet, place[1]))
    for rows in return_.forms:
        for sheet, letters in rows.letters.items():
            columns = [place[1] for letter in letters if (place := cell_in(f"{letter}1"))]
            if columns:
                first_columns[sheet] = min(columns)
    return first_columns


def _place_of(finding: Finding, first_columns: Mapping[str, int]) -> Cell | None:
    """The cell of a finding; of a finding about a whole row, the row's first cell; None for any other."""
    place = cell_in(finding.cell)
    if place is None and finding.sheet and finding.row:
        return finding.row, first_columns.get(finding.sheet, 0)
    return place


def _marks(problems: Sequence[tuple[Finding, str]], first_columns: Mapping[str, int]) -> dict[str, dict[Cell, Mark]]:
    marks: dict[str, dict[Cell, Mark]] = {}
    for finding, text in problems:  # the gravest come first
        place = _place_of(finding, first_columns)
        if place is None or not finding.sheet or finding.level not in _MARKED:
            continue
        cells = marks.setdefault(finding.sheet, {})
        graver = cells.get(place)
        level, sentences = (graver.level, graver.sentences) if graver else (finding.level, ())
        cells[place] = Mark(level=level, sentences=(*sentences, (finding.level, text)))
    return marks


# ---- the list


def _line(number: int, problem: tuple[Finding, str], first_columns: Mapping[str, int], wording: Wording) -> Line:
    finding, text = problem
    place = _place_of(finding, first_columns)
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


def _notes(return_: Return, wording: Wording, reason: str, listed: int) -> Iterator[str]:
    """The lines above the list: why it is a workbook of its own, the counts, what to do by when, the rows taken in."""
    words = wording.words
    if reason:
        yield words["reasons"][reason]
    levels = [finding.level for finding in return_.findings]
    counts = {level: levels.count(level) for level in LEVELS}
    cut = words["more"].format(listed=listed) if listed < len(levels) else ""
    yield _paragraph(words, words["counts"].format(total=len(levels), **counts), cut)
    is_owed = return_.verdict in SENT_BACK
    todo = words["todo"]["listed" if reason and return_.verdict == "returned" else return_.verdict]
    day = wording.send_by
    by = words["by"].format(day=day) if day else words["soon"]
    yield _paragraph(words, todo, by if is_owed else "")
    if return_.verdict in MERGED:
        yield from _row_notes(return_, words)


def _paragraph(words: Mapping[str, Any], *sentences: str) -> str:
    between: str = words["between_sentences"]
    return between.join(filter(None, sentences))


def _row_notes(return_: Return, words: Mapping[str, Any]) -> Iterator[str]:
    """Which rows of each sheet are taken in, and which must be corrected first."""
    if not any(rows.good for rows in return_.forms):
        yield words["no_rows"]
    for rows in return_.forms:
        for key, group in (("rows", rows.good), ("rows_bad", rows.bad)):
            by_sheet: dict[str, list[int]] = {}
            for row in group:
                by_sheet.setdefault(row.sheet, []).append(row.row)
            for sheet, numbers in by_sheet.items():
                yield words[key].format(sheet=sheet, count=len(numbers), rows=_row_ranges(numbers, words))


def _row_ranges(numbers: Iterable[int], words: Mapping[str, Any]) -> str:
    """Row numbers as ranges: 4—20、22."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    most = catalog.words("marked")["most"]["stretches"]
    texts = [words["stretch"].format(first=a, last=b) if a < b else str(a) for a, b in ranges[:most]]
    joined: str = words["joint"].join(texts)
    return joined + (words["and_more"] if len(ranges) > most else "")
