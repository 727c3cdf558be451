"""What the office typed into its ledger since a run wrote it, read before anything is overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from rectify_xl.excel.ledgers.ledger_reader import tables_of
from rectify_xl.excel.ledgers.office_reader import read_typed_ledger, written_sheets
from rectify_xl.facts import catalog
from rectify_xl.files import copy_exactly, digest_of_file, is_whole, save_atomically
from rectify_xl.grid import Unreadable
from rectify_xl.layouts.ledger_columns import ledger_columns
from rectify_xl.layouts.ledger_layouts import LedgerSheet
from rectify_xl.merging.office_edits import edits_in
from rectify_xl.merging.side_edits import own_work, side_edits
from rectify_xl.merging.typed_ledger import Reread, TypedLedger
from rectify_xl.model import Finding, Form, OfficeEntry, Settings, Table
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.tables.ledger_table import Rows

Tables = Mapping[str, Table]
# Makes the tables that a run of a day wrote from the memory alone; for a run whose own copy is missing from 历史.
RecallTables = Callable[[date], Tables]
# The name of a copy that is kept of a ledger has so many digits of its digest.
_KEPT_DIGITS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerEdits:
    """What the office typed into the ledgers of 成果: entries, findings at their cells, and remarks by code.

    `read` has the digest of every ledger that was read, by file name; `run` is the run that wrote the last one.
    `unread` are the names of those that cannot be read and must not be overwritten, `kept` the digests, by name, of
    those with edits that do not count, of which a copy is kept. `withdrawn` are numbers (form, number, unit code) that
    a lost memory had given and no row has now.
    """

    entries: tuple[OfficeEntry, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    read: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    unread: frozenset[str] = frozenset()
    kept: Mapping[str, str] = field(default_factory=dict)
    withdrawn: tuple[tuple[str, str, str], ...] = ()


NO_EDITS = LedgerEdits()


@dataclass(slots=True)
class _LedgerReading:
    """What was read so far from the ledgers of 成果."""

    workspace: Workspace
    store: Store
    settings: Settings
    as_of: date
    recall: RecallTables
    entries: list[OfficeEntry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    run: str = ""
    unread: set[str] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, data: bytes, digest: str) -> None:
        """Adds what the office typed into one ledger that was edited."""
        try:
            typed = read_typed_ledger(data)
        except Unreadable:
            self.notes.append(f"ledger-unread:{name}")
            self.unread.add(name)
            return
        self.read[name] = digest
        is_copy = name != self.workspace.names["ledger"]
        written = written_by(self.workspace, self.store, typed.run, self.recall)
        if written is None:
            self.notes.append(f"ledger-unknown:{name}")
            self.kept |= {} if is_copy else {name: digest}
            return
        if not is_copy:
            self.run = typed.run
        if written.is_recalled:
            self.notes.append(f"ledger-recalled:{name}")
        findings = self._compare(typed, written, name, is_copy)
        self.findings += findings
        if findings and not is_copy:
            self.kept[name] = digest

    def _compare(self, typed: TypedLedger, written: WrittenLedger, name: str, is_copy: bool) -> list[Finding]:
        """The findings of a ledger; what the office typed into its own columns is added to the entries."""
        reread = Reread(
            file=name, as_of=self.as_of, settings=self.settings, is_copy=is_copy, is_recalled=written.is_recalled
        )
        edits = edits_in(typed, written.tables, reread)
        self.entries += (entry for entry in edits.entries if not written.had(entry))
        findings = [*edits.findings]
        if not is_copy:
            findings += own_work(typed, name)
            findings += side_edits(typed, written.sheets, name) if written.sheets else ()
        return findings


def find_edits(
    workspace: Workspace, store: Store, settings: Settings, as_of: date, recall: RecallTables
) -> LedgerEdits:
    """What was typed into the ledger, and into dated copies beside it, since a run wrote them. Changes nothing."""
    digests = store.ledgers()
    reading = _LedgerReading(workspace=workspace, store=store, settings=settings, as_of=as_of, recall=recall)
    for path in ledger_paths(workspace):
        if digests.get(path.name) != digest_of_file(path):  # a large ledger is read whole only where it was changed
            data = path.read_bytes()
            reading.add(path.name, data, sha256(data).hexdigest())
    reading.notes += (f"ledger-beside:{name}" for name in strange_workbooks(workspace))
    return LedgerEdits(
        entries=tuple(reading.entries), findings=tuple(reading.findings), notes=tuple(reading.notes),
        read=reading.read, run=reading.run, unread=frozenset(reading.unread), kept=reading.kept,
    )  # fmt: skip


def keep_edited_ledgers(workspace: Workspace, edits: LedgerEdits, as_of: date) -> list[str]:
    """Keeps a copy in 历史 of every ledger with edits that do not count, before it is overwritten; returns remarks."""
    notes = []
    for name, digest in edits.kept.items():
        path = workspace.results / name
        copy_name = f"{path.stem}{workspace.names['edited']}{digest[:_KEPT_DIGITS]}{path.suffix}"
        target = workspace.results / workspace.names["history"] / as_of.isoformat() / copy_name
        if not is_whole(target, digest):
            target.parent.mkdir(parents=True, exist_ok=True)
            save_atomically(target, partial(copy_exactly, path, digest))
        notes.append(f"ledger-kept:{target.relative_to(workspace.folder).as_posix()}")
    return notes


def strange_workbooks(workspace: Workspace) -> list[str]:
    """The files in 成果 that are named like the ledger, but that no run writes or reads."""
    stem = Path(workspace.names["ledger"]).stem
    ours = {path.name for path in ledger_paths(workspace)}
    paths = workspace.results.iterdir() if workspace.results.is_dir() else ()
    return sorted({path.name for path in paths if path.is_file() and path.name.startswith(stem)} - ours)


def ledger_paths(workspace: Workspace) -> Iterator[Path]:
    """The ledger workbook of 成果 and the dated copies beside it that exist."""
    name = Path(workspace.names["ledger"])
    dated = re.compile(rf"{re.escape(name.stem)}-\d{{4}}-\d\d-\d\d{re.escape(name.suffix)}")
    paths = workspace.results.iterdir() if workspace.results.is_dir() else ()
    yield from sorted(path for path in paths if path.name == name.name or dated.fullmatch(path.name))


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenLedger:
    """What a run wrote: tables by form, with the office cells as last read; and all its sheets.

    `is_recalled` says that the tables were made from the memory. `first` are the office cells as first written, only of
    a ledger that was replaced by a later run and put back by the office.
    """

    tables: Tables
    sheets: Sequence[LedgerSheet] = ()
    is_recalled: bool = False
    first: Mapping[tuple[str, str, str], Any] = field(default_factory=dict)

    def had(self, entry: OfficeEntry) -> bool:
        """Whether an entry is only what the run itself wrote into a ledger that was put back."""
        key = (entry.form, entry.number, entry.column)
        return key in self.first and self.first[key] == entry.value


def written_by(workspace: Workspace, store: Store, run: str, recall: RecallTables) -> WrittenLedger | None:
    """What a run wrote into its ledger: from its own copy in 历史, else recalled from the memory.

    Office cells are as they were last read from that run's ledger. None for an unknown run.
    """
    day = run.partition(" ")[0]
    since = store.written(run) or ()
    copy = workspace.results / workspace.names["history"] / day / workspace.names["ledger"]
    sheets = written_sheets(copy.read_bytes(), run) if copy.is_file() else ()
    if not sheets and run not in {earlier.id for earlier in store.runs()}:
        return None
    if not sheets:
        return WrittenLedger(tables=with_cells(recall(date.fromisoformat(day)), since), is_recalled=True)
    tables = tables_of(sheets)
    is_put_back = bool(since) and run != store.runs()[-1].id and _is_replaced(workspace, store)
    return WrittenLedger(
        tables=with_cells(tables, since), sheets=sheets, first=_cells_in(tables, since) if is_put_back else {}
    )


def _is_replaced(workspace: Workspace, store: Store) -> bool:
    """Whether the last run put its ledger into 成果, and no edit of that has been read since."""
    name = workspace.names["ledger"]
    last = workspace.results / workspace.names["history"] / store.runs()[-1].as_of.isoformat() / name
    return last.is_file() and digest_of_file(last) == store.ledgers().get(name)


def _cells_in(tables: Tables, entries: Iterable[Any]) -> dict[tuple[str, str, str], Any]:
    """The values in tables of the office cells named by entries (form, number, column, value)."""
    values = {}
    keys = {(form, number, column) for form, number, column, _ in entries}
    for name, table in tables.items():
        columns = ledger_columns(catalog.forms()[name])
        number_at = next((position for position, column in enumerate(columns) if column.assigned), 0)
        for row in table.rows if any(form == name for form, _, _ in keys) else ():
            for column, value in zip(columns, row, strict=True):
                if (key := (name, row[number_at], column.name)) in keys:
                    values[key] = value
    return values


def with_cells(tables: Tables, entries: Iterable[Any]) -> Tables:
    """The tables with some office cells (form, number, column, value) replaced."""
    cells_by_form: dict[str, dict[tuple[str, str], Any]] = {}
    for form, number, column, value in entries:
        cells_by_form.setdefault(form, {})[number, column] = value
    replaced = dict(tables)
    for name, cells in cells_by_form.items():
        if name in replaced:
            replaced[name] = _table_with(replaced[name], catalog.forms()[name], cells)
    return replaced


def _table_with(table: Table, form: Form, cells: Mapping[tuple[str, str], Any]) -> Table:
    names = [column.name for column in ledger_columns(form)]
    number_at = next(position for position, column in enumerate(ledger_columns(form)) if column.assigned)

    def row(index: int) -> tuple[Any, ...]:
        values = table.rows[index]
        return tuple(cells.get((values[number_at], name), value) for name, value in zip(names, values, strict=True))

    return Table(table.columns, Rows(len(table.rows), row))


def cells_read(edits: LedgerEdits, before: Iterable[Any] | None) -> list[tuple[str, str, str, Any]]:
    """The office cells of one ledger as they were last read, now or `before`."""
    cells = {(form, number, column): value for form, number, column, value in before or ()}
    cells |= {(e.form, e.number, e.column): e.value for e in edits.entries}
    return [(*key, value) for key, value in cells.items()]
