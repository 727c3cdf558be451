"""What the library makes of a spoiled workbook, held against what the kind of mistake says it must."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from clean_returns import Clean, clean_names
from clean_returns import clean as clean_workbook
from clean_rows import AS_OF
from spoiling import Case, Told

from rectify_xl.model import Finding, Return, Settings
from rectify_xl.office.ruling import Ruling, ruling_for
from rectify_xl.receiving.intake import Source
from rectify_xl.receiving.reading import read_file

# How many findings of one case are kept to be shown.
_KEPT = 6


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One case after reading: was it found or understood, at the exact cell, and what was told without reason.

    `in_excel` is what the template says of it: None where nobody looked, else whether it shows; `seen` is where;
    `lit_beside` are the cells that the template marks without reason.
    """

    name: str
    found: bool = False
    exact: bool = False
    false_alarms: tuple[str, ...] = ()
    got: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    trouble: str = ""
    in_excel: bool | None = None
    seen: str = ""
    lit_beside: tuple[str, ...] = ()

    @staticmethod
    def of(case: Case, **said: Any) -> Outcome:
        """The outcome of a case."""
        return Outcome(name=case.name, **said)

    @property
    def is_good(self) -> bool:
        """Whether Python did all that it must."""
        return self.found and self.exact and not self.false_alarms


@cache
def _ruling(office: str) -> Ruling:
    return ruling_for(clean_workbook(office, clean_names()[0][1]).settings)


def read(data: bytes, settings: Settings, folder: Path, office: str = "") -> Return:
    """The verdict on a file of these bytes."""
    path = folder / "报送.xlsx"
    path.write_bytes(data)
    ruling = _ruling(office) if office else ruling_for(settings)
    return read_file(Source(path=str(path), name=path.name), ruling, AS_OF)


def read_clean(clean: Clean, folder: Path) -> Return:
    """The verdict on a clean workbook."""
    return read(clean.whole(clean.data), clean.settings, folder, clean.office)


_CLEAN: dict[str, Return] = {}


def judged(case: Case, folder: Path) -> tuple[Outcome, bytes, Clean, Told]:
    """The outcome of a case, and the spoiled file with the places where it must be told."""
    clean, data, told = case.spoiled()
    if clean.name not in _CLEAN:
        _CLEAN[clean.name] = read_clean(clean, folder)
    return outcome(case, told, read(data, clean.settings, folder, clean.office), _CLEAN[clean.name]), data, clean, told


def outcome(case: Case, told: Told, got: Return, before: Return) -> Outcome:
    """What came of a case: `got` is the return as read, `before` that of the clean workbook."""
    known = set(before.findings)
    fresh = [finding for finding in got.findings if finding not in known]
    codes = case.kind.codes.split()
    hits = [[f for f in fresh if is_at(f, at) and (not codes or f.code in codes)] for at in told.at]
    kept = not case.kind.keeps or said(got) == said(before)
    more = count(got) - count(before) == told.rows if case.kind.keeps or told.rows else True
    allowed = [*told.at, *told.may]
    alarms = [f for f in fresh if not any(is_at(f, at) for at in allowed)]
    understood = kept and more
    return Outcome.of(
        case,
        found=understood and (any(hits) or not told.at),
        exact=understood and all(hits),
        false_alarms=tuple(shown(f) for f in alarms),
        got=tuple(shown(f) for f in fresh[:_KEPT]),
        wanted=tuple(told.at),
        may=tuple(told.may),
        trouble="" if understood else _difference(before, got),
    )


def is_at(finding: Finding, place: str) -> bool:
    """Whether a finding stands at a place, or at one of two places."""
    return any(_is_at(finding, one) for one in place.split("|"))


def _is_at(finding: Finding, place: str) -> bool:
    sheet, mark, part = place.partition("!")
    if not mark:
        return finding.sheet == sheet and not finding.cell and not finding.column
    if finding.sheet != sheet:
        return False
    if part == "*":
        return True
    if part.isdigit():
        return finding.row == int(part)
    if re.fullmatch(r"[A-Z]+\d+", part):
        return finding.cell == part
    return finding.label == part and not finding.cell


def said(held: Return) -> Any:
    """What a return says, whatever was told of it: its unit, its day, and the rows of every form, in order."""
    rows = {f.form: [row.values for row in f.rows()] for f in held.forms}
    return held.unit_code, held.filled_on, held.verdict, rows


def count(held: Return) -> int:
    """How many rows a return has."""
    return sum(len(form.good) + len(form.bad) for form in held.forms)


def _difference(before: Return, got: Return) -> str:
    """Where two readings part, in few words."""
    was, now = said(before), said(got)
    for name, old, new in zip(("unit", "day", "verdict"), was, now, strict=False):
        if old != new:
            return f"{name} {old!r} -> {new!r}"
    for form, rows in was[3].items():
        for old_row, new_row in zip(rows, now[3].get(form, ()), strict=False):
            if old_row != new_row:
                pairs = [(a, b) for a, b in zip(old_row, new_row, strict=False) if a != b]
                return f"{form}: " + ", ".join(f"{a!r} -> {b!r}" for a, b in pairs)
    return f"rows {count(before)} -> {count(got)}"


def shown(finding: Finding) -> str:
    """A finding in short."""
    where = f"{finding.sheet}!{finding.cell or finding.row or ''}" if finding.sheet else "file"
    label = f"「{finding.label}」" if finding.label else ""
    return f"{finding.level} {finding.code} {where}{label} {finding.value[:30]}".rstrip()


def findings_on_clean(folder: Path, names: Iterable[tuple[str, str]] = ()) -> Mapping[str, Sequence[str]]:
    """What is told of every clean workbook, by its name."""
    made = {}
    for office, template in names or clean_names():
        clean = clean_workbook(office, template)
        made[clean.name] = [shown(f) for f in read_clean(clean, folder).findings]
    return made
