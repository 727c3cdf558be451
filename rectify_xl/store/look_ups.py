"""What people ask of the memory beside a run: how a row went, the frames of an analyst, the counts of a week."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from rectify_xl.model import Finding, Ledger, Row
from rectify_xl.store.base import Database
from rectify_xl.store.rows import FINDING_NAMES, finding_from, ledger_from, letters_from, numbers_from, rows_from


class NumberedItem(NamedTuple):
    """An item that a number was given to."""

    form: str
    number: str
    unit_code: str
    is_withdrawn: bool


class ToldRow(NamedTuple):
    """A row of a received file with its number ("" without one), under the path by which the file came first.

    `letters` are those of the clerk's columns, in the form's order.
    """

    number: str
    row: Row
    is_good: bool
    path: str
    digest: str
    filled_on: date | None
    saved: str
    arrived: date
    letters: tuple[str, ...]


class ReceivedLedger(NamedTuple):
    """A lower office's ledger as it came first."""

    path: str
    digest: str
    arrived: date
    ledger: Ledger


class ArrivalLine(NamedTuple):
    """A file under one path as the last run judged it; `run` is the name of the run that took it in."""

    path: str
    verdict: str
    unit_code: str
    unit_name: str
    filled_on: date | None
    saved: str
    digest: str | None
    size: int
    arrived: date
    run: str


class LookUps(Database):
    """Questions to a memory; nothing is written."""

    def items_numbered(self, number: str) -> list[NumberedItem]:
        """The items with a number; where there is none, those whose number differs from it in upper and lower case."""
        query = "SELECT form, number, unit_code, is_withdrawn FROM items WHERE number = ?"
        rows = self.rows(query, number) or self.rows(f"{query} COLLATE NOCASE", number)
        return [NumberedItem(form, known, unit, bool(is_withdrawn)) for form, known, unit, is_withdrawn in rows]

    def told_rows(self, form: str, number: str = "") -> Iterator[ToldRow]:
        """The rows of a form in all received files, in the order in which returns stand; only those with a `number`."""
        query = (  # beside a min() SQLite takes the other columns from the row that has it
            "SELECT n.numbers, h.title, t.rows, h.letters, a.path, f.digest, f.filled_on, f.saved, a.arrived,"
            " min(a.seq) FROM told t JOIN sheets h ON h.key = t.sheet JOIN files f ON f.key = h.file"
            " JOIN arrivals a ON a.file = f.key {} numbered n ON n.sheet = h.key WHERE h.form = ? {}"
            " GROUP BY h.key ORDER BY f.filled_on, f.saved, f.digest, h.key"
        )
        if number:
            sought = json.dumps(number, ensure_ascii=False)
            sheets = self.rows(query.format("JOIN", "AND instr(n.numbers, ?)"), form, sought)
        else:
            sheets = self.rows(query.format("LEFT JOIN", ""), form)
        for numbers, title, packed_rows, letters, path, digest, filled_on, saved, arrived, _ in sheets:
            by_row = numbers_from(numbers or "[]")
            wanted = {row for row, named in by_row.items() if named == number} if number else None
            source = path, digest, _day(filled_on), saved, date.fromisoformat(arrived), letters_from(letters)
            for row, is_good in rows_from(form, title, packed_rows, wanted):
                yield ToldRow(by_row.get(row.row, ""), row, is_good, *source)

    def received_ledgers(self, *, counted: bool = False) -> Iterator[ReceivedLedger]:
        """The lower offices' ledgers in order of arrival; only those that are `counted`, or all."""
        counts = "AND a.verdict IN ('accepted', 'returned')" if counted else ""
        for path, digest, arrived, packed, _ in self.rows(  # beside a min() the other columns are of its row
            "SELECT a.path, f.digest, a.arrived, f.ledger, min(a.seq) FROM files f JOIN arrivals a ON a.file = f.key"
            f" WHERE f.ledger IS NOT NULL {counts} GROUP BY f.key ORDER BY min(a.seq)"
        ):
            if ledger := ledger_from(packed):
                yield ReceivedLedger(path, digest, date.fromisoformat(arrived), ledger)

    def arrival_lines(self) -> Iterator[ArrivalLine]:
        """Every file under every path, in order of arrival."""
        for path, verdict, code, name, filled_on, saved, digest, size, arrived, run in self.rows(
            "SELECT a.path, a.verdict, f.unit_code, f.unit_name, f.filled_on, f.saved, f.digest, f.size, a.arrived,"
            " r.id FROM arrivals a JOIN files f ON f.key = a.file JOIN runs r ON r.seq = a.run ORDER BY a.seq"
        ):
            came = date.fromisoformat(arrived)
            yield ArrivalLine(path, verdict, code, name, _day(filled_on), saved, digest, size, came, run)

    def all_findings(self) -> list[Finding]:
        """The findings of every file, then those between returns of the last run."""
        rows = self.rows(f"SELECT {FINDING_NAMES} FROM findings ORDER BY file IS NULL, file, place")
        return [finding_from(row) for row in rows]

    def count_verdicts(self, run: int | None = None) -> dict[str, int]:
        """The number of files by verdict; only those first seen by one `run`, or all."""
        query = "SELECT verdict, count(*) FROM arrivals {} GROUP BY verdict"
        return dict(self.rows(query.format(""))) if run is None else dict(self.rows(query.format("WHERE run = ?"), run))

    def count_rows(self) -> dict[str, int]:
        """The number of received rows by form."""
        return dict(self.rows("SELECT form, sum(good + bad) FROM sheets GROUP BY form"))

    def sizes_by_path(self) -> set[tuple[str, int]]:
        """Every path by which a file came, with that file's size."""
        rows: list[Any] = self.rows("SELECT a.path, f.size FROM arrivals a JOIN files f ON f.key = a.file")
        return set(rows)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
