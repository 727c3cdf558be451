"""The runs in the memory: their days and totals, numbers given, what the office typed, what was sent."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from rectify_xl.days.first_days import FirstDays, key_digest
from rectify_xl.little_memory.laid_aside import keep
from rectify_xl.merging.numbering import Numbers, StateRef
from rectify_xl.model import Finding, OfficeEntry, ReminderKey, Snapshot
from rectify_xl.store.base import Database
from rectify_xl.store.packed_lines import in_pieces
from rectify_xl.store.rows import (
    RowNumbers,
    finding_from,
    finding_row,
    from_json,
    numbers_from,
    numbers_to,
    to_json,
)
from rectify_xl.store.snapshots import reminders_from, reminders_to, snapshot_from, snapshot_to

# An item: form, number, unit code, the states newly known by that number, whether it is withdrawn.
_Numbered = tuple[str, str, str, Sequence[StateRef], bool]


class RunRow(NamedTuple):
    """One run: its key, its name, its day, and whether it finished (all that it wrote is in place)."""

    seq: int
    id: str
    as_of: date
    is_finished: bool


class Runs(Database):
    """The runs of a memory."""

    def runs(self) -> list[RunRow]:
        """Every run in order."""
        rows = self.rows("SELECT seq, id, as_of, is_finished FROM runs ORDER BY seq")
        return [RunRow(seq, name, date.fromisoformat(day), bool(done)) for seq, name, day, done in rows]

    def begin(self, run: str, as_of: date, settings: str) -> int:
        """Adds an unfinished run, or takes up the one of that day again; returns its seq."""
        self.write("DELETE FROM written WHERE run NOT IN (SELECT seq FROM runs ORDER BY seq DESC LIMIT 3)")
        for earlier in self.runs():
            if not earlier.is_finished and earlier.as_of == as_of:
                self.write("UPDATE runs SET id = ?, settings = ? WHERE seq = ?", run, settings, earlier.seq)
                return earlier.seq
        return self.write("INSERT INTO runs (id, as_of, settings) VALUES (?, ?, ?)", run, as_of.isoformat(), settings)

    def forget(self) -> None:
        """Deletes all runs and files; what the office typed stays."""
        for table in ("lapsed", "numbered", "told", "findings", "sheets", "arrivals", "files", "items", "reminded",
                      "written", "folds"):  # fmt: skip
            self.write(f"DELETE FROM {table}")
        self.write("DELETE FROM runs")

    def finish(self, seq: int) -> None:
        """Marks a run as finished: all that it wrote is in place."""
        self.write("UPDATE runs SET is_finished = 1 WHERE seq = ?", seq)

    def keep_run(self, seq: int, summary: Mapping[str, Any], snapshot: Snapshot) -> None:
        """Stores a run's totals and its snapshot of every item."""
        self.write("UPDATE runs SET summary = ? WHERE seq = ?", json.dumps(summary), seq)
        self.write("DELETE FROM snapshots WHERE run = ?", seq)
        pieces = enumerate(snapshot_to(snapshot.items))
        self.write_all(
            "INSERT INTO snapshots (run, place, told) VALUES (?, ?, ?)",
            ((seq, place, piece) for place, piece in pieces),
        )

    def summary(self, seq: int) -> dict[str, Any]:
        """A run's totals."""
        return cast("dict[str, Any]", json.loads(self.value("SELECT summary FROM runs WHERE seq = ?", seq) or "{}"))

    def latest_summary(self) -> dict[str, Any]:
        """The totals of the last run that stored any."""
        text = self.value("SELECT summary FROM runs WHERE summary <> '{}' ORDER BY seq DESC LIMIT 1")
        return cast("dict[str, Any]", json.loads(text or "{}"))

    def snapshot(self, seq: int) -> Snapshot | None:
        """A run's snapshot of every item, None where it kept none."""
        day = self.value("SELECT as_of FROM runs WHERE seq = ? AND seq IN (SELECT run FROM snapshots)", seq)
        if day is None:
            return None
        pieces = self.each("SELECT told FROM snapshots WHERE run = ? ORDER BY place", seq)
        return Snapshot(as_of=date.fromisoformat(day), items=keep(snapshot_from(piece for (piece,) in pieces)))

    # ---- numbers

    def numbers(self, digests: Collection[str] | None = None) -> Numbers:
        """The numbers given so far, by the states of some files (None: of all), and all that were ever used."""
        query = (
            "SELECT f.digest, h.title, n.numbers FROM numbered n"
            " JOIN sheets h ON h.key = n.sheet JOIN files f ON f.key = h.file"
        )
        lapsed = "SELECT f.digest, f.title, f.row, f.number FROM lapsed f"
        params: tuple[str, ...] = ()
        if digests is not None:
            query += " WHERE f.digest IN (SELECT value FROM json_each(?))"
            lapsed += " WHERE f.digest IN (SELECT value FROM json_each(?))"
            params = (json.dumps(list(digests)),)
        by_state: dict[StateRef, str] = {
            (digest, title, row): number
            for digest, title, text in self.rows(query, *params)
            for row, number in numbers_from(text).items()
        }
        by_state |= {(digest, title, row): number for digest, title, row, number in self.rows(lapsed, *params)}
        return Numbers(by_state=by_state, used=frozenset(number for (number,) in self.rows("SELECT number FROM items")))

    def keep_items(self, numbered: Iterable[_Numbered], same: Iterable[str] = ()) -> RowNumbers:
        """Stores items: (form, number, unit code, states newly known by that number, whether it is withdrawn).

        All other numbers are withdrawn, except those of the units in `same`: units whose items are unchanged and
        therefore not listed. Returns the numbers by the listed states.
        """
        numbers = RowNumbers()
        query = (
            "SELECT number FROM items WHERE is_withdrawn = 0 AND unit_code NOT IN (SELECT value FROM json_each(?))"
        )
        gone = {number for (number,) in self.rows(query, json.dumps(list(same)))}
        for piece in in_pieces(numbered):
            self._keep_items(piece, numbers)
            gone.difference_update([item[1] for item in piece])
        self.write_all("UPDATE items SET is_withdrawn = 1 WHERE number = ?", ((number,) for number in gone))
        return numbers

    def _keep_items(self, numbered: Sequence[_Numbered], row_numbers: RowNumbers) -> None:
        """Stores some items; adds their numbers to `row_numbers`."""
        stored = {
            number: (unit, is_withdrawn)
            for number, unit, is_withdrawn in self.rows(
                "SELECT number, unit_code, is_withdrawn FROM items WHERE number IN (SELECT value FROM json_each(?))",
                json.dumps([item[1] for item in numbered]),
            )
        }
        new, changed = [], []
        for form, number, unit, refs, is_withdrawn in numbered:
            values = (unit, int(is_withdrawn))
            if number not in stored:
                stored[number] = values
                new.append((number, form, *values))
            elif stored[number] != values:
                changed.append((*values, number))
            for digest, title, row in refs:
                row_numbers.add((digest, form, title), row, number)
        self.write_all("INSERT INTO items (number, form, unit_code, is_withdrawn) VALUES (?, ?, ?, ?)", new)
        self.write_all("UPDATE items SET unit_code = ?, is_withdrawn = ? WHERE number = ?", changed)

    def keep_numbers(self, numbers: RowNumbers) -> None:
        """Adds the numbers of rows that were stored without them, and of those whose file is not here."""
        digests = json.dumps(sorted({digest for digest, _, _ in numbers.sheets()}))
        sheets = self.rows(
            "SELECT f.digest, h.form, h.title, h.key, n.numbers FROM sheets h JOIN files f ON f.key = h.file"
            " LEFT JOIN numbered n ON n.sheet = h.key WHERE f.digest IN (SELECT value FROM json_each(?))", digests,
        )  # fmt: skip
        merged = [
            (key, numbers_to(numbers_from(text or "[]") | own))
            for digest, form, title, key, text in sheets
            if (own := numbers.pop((digest, form, title)))
        ]
        self.write_all("INSERT OR REPLACE INTO numbered (sheet, numbers) VALUES (?, ?)", merged)
        here = {digest for digest, *_ in sheets}
        elsewhere = (
            (*sheet, row, number)
            for sheet in list(numbers.sheets()) if sheet[0] not in here
            for row, number in numbers.pop(sheet).items()
        )  # fmt: skip
        self.write_all(
            "INSERT OR REPLACE INTO lapsed (digest, form, title, row, number) VALUES (?, ?, ?, ?, ?)", elsewhere
        )

    def withdraw(self, numbers: Iterable[tuple[str, str, str]]) -> None:
        """Stores numbers (form, number, unit code) that were used once and may never be given again."""
        self.write_all(
            "INSERT OR IGNORE INTO items (form, number, unit_code, is_withdrawn) VALUES (?, ?, ?, 1)", numbers
        )

    # ---- the folds of units' rows

    def folds(self) -> Iterator[tuple[str, str, bytes]]:
        """Every stored fold one by one: (unit, what it rests on, the fold, packed)."""
        yield from self.each("SELECT unit, rests_on, told FROM folds ORDER BY unit")

    def keep_folds(self, folds: Iterable[tuple[str, str, bytes]]) -> None:
        """Stores folds (unit, what it rests on, the fold, packed), each in place of its unit's earlier one."""
        self.write_all("INSERT OR REPLACE INTO folds (unit, rests_on, told) VALUES (?, ?, ?)", folds)

    def drop_folds(self, units: Iterable[str]) -> None:
        """Deletes the folds of some units."""
        self.write_all("DELETE FROM folds WHERE unit = ?", ((unit,) for unit in units))

    # ---- the office, and what was sent out

    def entries(self) -> tuple[OfficeEntry, ...]:
        """Everything the office ever typed into its columns, in the order in which it was read."""
        rows = self.rows("SELECT form, number, name, value, as_of FROM entries ORDER BY seq")
        return tuple(OfficeEntry(f, n, c, from_json(v), date.fromisoformat(d)) for f, n, c, v, d in rows)

    def keep_entries(self, entries: Iterable[OfficeEntry], findings: Iterable[Finding], as_of: date) -> None:
        """Stores what the office typed, and the findings about its ledger on that day."""
        self.write_all(
            "INSERT INTO entries (form, number, name, value, as_of) VALUES (?, ?, ?, ?, ?)",
            [(e.form, e.number, e.column, to_json(e.value), e.as_of.isoformat()) for e in entries],
        )
        self.write_all(
            "INSERT OR IGNORE INTO edits (as_of, told) VALUES (?, ?)",
            [(as_of.isoformat(), to_json(finding_row(finding))) for finding in findings],
        )

    def edits(self, as_of: date) -> tuple[Finding, ...]:
        """The findings about the ledger that was read on a day."""
        rows = self.rows("SELECT told FROM edits WHERE as_of = ? ORDER BY rowid", as_of.isoformat())
        return tuple(finding_from(from_json(text)) for (text,) in rows)

    def keep_written(self, run: str, seq: int, values: Any) -> None:
        """Stores what a run wrote into the ledger, as plain values: edits are judged against it."""
        compressed = zlib.compress(to_json(values).encode(), 1)
        self.write("INSERT OR REPLACE INTO written (id, run, told) VALUES (?, ?, ?)", run, seq, compressed)

    def written(self, run: str) -> Any:
        """What a run wrote into the ledger; None of a run that is no longer stored."""
        compressed = self.value("SELECT told FROM written WHERE id = ?", run)
        return from_json(zlib.decompress(compressed).decode()) if compressed else None

    def ledgers(self) -> dict[str, str]:
        """The digest of every ledger workbook in 成果 as it was written or last read, by its name there."""
        return dict(self.rows("SELECT name, digest FROM ledgers"))

    def keep_ledger(self, name: str, digest: str) -> None:
        """Stores the digest of a ledger workbook as it was written or read."""
        self.write("INSERT OR REPLACE INTO ledgers (name, digest) VALUES (?, ?)", name, digest)

    def first_reminded(self, known_by: Callable[[ReminderKey], Sequence[Any]]) -> FirstDays:
        """The day on which each reminder was first sent, by what it is known by (see `keep_reminders`)."""
        query = "SELECT sent_on, digests, CASE WHEN digests IS NULL THEN told END FROM reminded ORDER BY sent_on, seq"
        return FirstDays.of_digests(
            (_digests(reminders_from(text), known_by) if digests is None else digests, date.fromisoformat(day))
            for day, digests, text in self.each(query)
        )

    def keep_reminders(
        self, keys: Iterable[ReminderKey], as_of: date, known_by: Callable[[ReminderKey], Sequence[Any]]
    ) -> None:
        """Stores reminders as sent; one that was sent before keeps its day.

        Beside them stands the digest of what each is `known_by`, which is all that is read of them again.
        """
        for piece in in_pieces(keys):
            self.write(
                "INSERT INTO reminded (sent_on, told, digests) VALUES (?, ?, ?)",
                as_of.isoformat(), reminders_to(piece), _digests(piece, known_by),
            )  # fmt: skip


def _digests(keys: Iterable[ReminderKey], known_by: Callable[[ReminderKey], Sequence[Any]]) -> bytes:
    return b"".join([key_digest(known_by(key)) for key in keys])
