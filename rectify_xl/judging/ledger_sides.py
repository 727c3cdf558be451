"""An office's ledger while it is judged, and what the sheets beside its forms say: 待更正, 报送情况, 说明."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import isfinite
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.kinds import Parser, Reading, Setting, as_text, parser_for
from rectify_xl.layouts.ledger_layouts import LedgerSheet
from rectify_xl.model import Column, Finding, Ledger, LedgerRow, Pending, Row
from rectify_xl.normal import key_text

# The code of a finding that a lower office's ledger tells in 待更正.
_LOWER_OFFICE = "lower-office"
# The ends of sentences, which are added again when such a finding is written.
_SENTENCE_ENDS = "\u3002."


@dataclass(slots=True)
class JudgedLedger:
    """A ledger while it is judged: what it holds, the findings at its own cells, and its bad rows by form.

    `as_of_cell` is (sheet, row) of the day that it was made for.
    """

    organisation: str = ""
    as_of: date | None = None
    as_of_cell: tuple[str, int] = ("", 0)
    run: str = ""
    retired: frozenset[str] = frozenset()
    rows: list[LedgerRow] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    files: list[tuple[Any, ...]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    bad: dict[str, list[Row]] = field(default_factory=dict)

    def to_ledger(self) -> Ledger:
        """What the ledger holds, for the merge."""
        return Ledger(
            as_of=self.as_of,
            run=self.run,
            rows=tuple(self.rows),
            pending=tuple(self.pending),
            files=tuple(self.files),
            retired=self.retired,
        )


def _side_rows(sheet: LedgerSheet) -> Iterator[tuple[Any, ...]]:
    """The rows of a side sheet, each cell by its column's kind; None for one that cannot be read so."""
    for _, cells in sheet.rows():
        yield tuple(_BY_KIND.get(c.kind, _text)(v) for c, v in zip(sheet.layout.columns, cells, strict=True))


def _text(value: Any) -> str | None:
    return None if value == "" else as_text(value)


@cache
def _day_parser() -> Parser:
    return parser_for(Column(name="day", label="", kind="date"), Setting(lists={}, aliases={}))


def _day(value: Any) -> date | None:
    day = _day_parser()(value) if value != "" else None
    day = day.value if isinstance(day, Reading) else day
    return day if isinstance(day, date) else None


def _whole_number(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) and isfinite(value) else None


_BY_KIND = {"date": _day, "integer": _whole_number}


def _pending_sheet(sheet: LedgerSheet, judged: JudgedLedger) -> None:
    for row in _side_rows(sheet):
        unit_code, unit_name, _, source_sheet, source_row, typed, sentences, file, form, digest, filled_on = row
        if form in catalog.forms() and source_row is not None:
            lines = [line.rstrip(_SENTENCE_ENDS) for line in (sentences or "").split("\n") if line]
            pending = Pending(
                unit_code=unit_code or "",
                unit_name=unit_name or "",
                form=form,
                row=Row(source_sheet or "", source_row, ()),
                file=file or "",
                digest=digest or "",
                filled_on=filled_on,
                findings=tuple(Finding(level="error", code=_LOWER_OFFICE, params=(("text", line),)) for line in lines),
                typed=typed or "",
            )
            judged.pending.append(pending)


def _files_sheet(sheet: LedgerSheet, judged: JudgedLedger) -> None:
    judged.files += _side_rows(sheet)


def _about_sheet(sheet: LedgerSheet, judged: JudgedLedger) -> None:
    facts: Mapping[str, Any] = catalog.words("ledger")["about"]
    entries = {key_text(as_text(item)): (row, as_text(text).strip()) for row, (item, text) in sheet.rows()}
    names = ("organisation", "as_of", "run", "withdrawn")
    organisation, as_of, run, withdrawn = (entries.get(key_text(facts[name]), (0, "")) for name in names)
    judged.organisation, judged.run = organisation[1], run[1]
    judged.as_of, judged.as_of_cell = _day(as_of[1]), (sheet.title, as_of[0])
    numbers = "" if withdrawn[1] == facts["none"] else withdrawn[1]
    judged.retired = frozenset(number for number in numbers.split("\u3001") if number)


# By the name of a sheet what adds it to a ledger.
SIDE_SHEETS: Mapping[str, Callable[[LedgerSheet, JudgedLedger], None]] = {
    "pending": _pending_sheet,
    "files": _files_sheet,
    "about": _about_sheet,
}
