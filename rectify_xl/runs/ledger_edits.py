"""What the office typed into its ledger since a run wrote it, found before anything is overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from rectify_xl import catalog
from rectify_xl.excel.ledgers.ledger_reader import tables_of
from rectify_xl.excel.ledgers.office_reader import read_typed_ledger, written_sheets
from rectify_xl.files import copy_exactly, digest_of_file, is_whole, save_atomically
from rectify_xl.grid import Unreadable
from rectify_xl.ledger_columns import ledger_columns
from rectify_xl.ledger_layouts import LedgerSheet
from rectify_xl.merging.office_edits import edits_in
from rectify_xl.merging.side_edits import own_work, side_edits
from rectify_xl.merging.typed_ledger import Reread, TypedLedger
from rectify_xl.model import Finding, Form, OfficeEntry, Settings, Table
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.tables.ledger_table import Rows

Tables = Mapping[str, Table]
# What the memory alone would have written on a day; the last resort where 历史 has lost a run's own copy.
Recalled = Callable[[date], Tables]
# How many digits of a ledger's digest stand in the name of the copy that is kept of it.
_KEPT_DIGITS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found in the ledgers of 成果: entries, findings at their cells, and remarks by code.

    `read` gives the digest of every ledger that was read, by its name, `run` which run wrote the one that counts,
    `unread` the names of those that cannot be read and must not be overwritten, `kept` the digests, by name, of those
    of which a copy is kept: what the office did there does not all count. `withdrawn` are numbers (form, number,
    unit code) that a lost memory had given and no row has now.
    """

    entries: tuple[OfficeEntry, ...] = ()
    told: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    read: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    unread: frozenset[str] = frozenset()
    kept: Mapping[str, str] = field(default_factory=dict)
    withdrawn: tuple[tuple[str, str, str], ...] = ()


NOTHING_FOUND = Found()


@dataclass(slots=True)
class _Reading:
    """The ledgers of 成果 while they are read, one after the other."""

    place: Workspace
    store: Store
    settings: Settings
    as_of: date
    recalled: Recalled
    entries: list[OfficeEntry] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    run: str = ""
    unread: set[str] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, data: bytes, digest: str) -> None:
        """One ledger that is not as a run left it."""
        try:
            typed = read_typed_ledger(data)
        except Unreadable:
            self.notes.append(f"ledger-unread:{name}")
            self.unread.add(name)
            return
        self.read[name] = digest
        is_copy = name != self.place.names["ledger"]
        written = written_by(self.place, self.store, typed.run, self.recalled)
        if written is None:
            self.notes.append(f"ledger-unknown:{name}")
            self.kept |= {} if is_copy else {name: digest}
            return
        if not is_copy:
            self.run = typed.run
        if written.is_recalled:
            self.notes.append(f"ledger-recalled:{name}")
        told = self._compared(typed, written, name, is_copy)
        self.told += told
        if told and not is_copy:
            self.kept[name] = digest

    def _compared(self, typed: TypedLedger, written: Written, name: str, is_copy: bool) -> list[Finding]:
        """What is told of a ledger; what the office typed in its columns is taken."""
        reread = Reread(
            file=name, as_of=self.as_of, settings=self.settings, is_copy=is_copy, is_recalled=written.is_recalled
        )
        edits = edits_in(typed, written.tables, reread)
        self.entries += (entry for entry in edits.entries if not written.had(entry))
        told = [*edits.findings]
        if not is_copy:
            told += own_work(typed, name)
            told += side_edits(typed, written.sheets, name) if written.sheets else ()
        return told


def edits_found(place: Workspace, store: Store, settings: Settings, as_of: date, recalled: Recalled) -> Found:
    """Reads the ledger, and dated copies beside it, where they are not as a run left them. Changes nothing."""
    known = store.ledgers()
    made = _Reading(place=place, store=store, settings=settings, as_of=as_of, recalled=recalled)
    for path in ledgers_in(place):
        data = path.read_bytes()
        digest = sha256(data).hexdigest()
        if known.get(path.name) != digest:
            made.take(path.name, data, digest)
    made.notes += (f"ledger-beside:{name}" for name in beside(place))
    return Found(
        entries=tuple(made.entries), told=tuple(made.told), notes=tuple(made.notes), read=made.read, run=made.run,
        unread=frozenset(made.unread), kept=made.kept,
    )  # fmt: skip


def keep_typed(place: Workspace, found: Found, as_of: date) -> list[str]:
    """Keeps in 历史 what the office did to its ledger before it is overwritten, where not all of it counts; remarks."""
    notes = []
    for name, digest in found.kept.items():
        path, stem = place.results / name, Path(name)
        called = f"{stem.stem}{place.names['edited']}{digest[:_KEPT_DIGITS]}{stem.suffix}"
        target = place.results / place.names["history"] / as_of.isoformat() / called
        if not is_whole(target, digest):
            target.parent.mkdir(parents=True, exist_ok=True)
            save_atomically(target, partial(copy_exactly, path, digest))
        notes.append(f"ledger-kept:{target.relative_to(place.folder).as_posix()}")
    return notes


def beside(place: Workspace) -> list[str]:
    """Workbooks in 成果 that are called like the ledger but are none that a run wrote or reads."""
    stem = Path(place.names["ledger"]).stem
    ours = {path.name for path in ledgers_in(place)}
    there = {path.name for path in place.results.iterdir() if path.is_file()} if place.results.is_dir() else set()
    return sorted(name for name in there - ours if name.startswith(stem))


def ledgers_in(place: Workspace) -> Iterator[Path]:
    """The ledger workbook of 成果 and the dated copies beside it, as far as they are there."""
    name = Path(place.names["ledger"])
    dated = re.compile(rf"{re.escape(name.stem)}-\d{{4}}-\d\d-\d\d{re.escape(name.suffix)}")
    there = place.results.iterdir() if place.results.is_dir() else ()
    yield from sorted(path for path in there if path.name == name.name or dated.fullmatch(path.name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a run wrote: tables by form with what was read there since, all sheets, and office cells as first written.

    `is_recalled` says that it is what the memory would have written, `first` holds cells only of a ledger that was
    replaced since and put back.
    """

    tables: Tables
    sheets: Sequence[LedgerSheet] = ()
    is_recalled: bool = False
    first: Mapping[tuple[str, str, str], Any] = field(default_factory=dict)

    def had(self, entry: OfficeEntry) -> bool:
        """Whether an entry says only what the run itself wrote into a ledger that was put back."""
        key = (entry.form, entry.number, entry.column)
        return key in self.first and self.first[key] == entry.value


def written_by(place: Workspace, store: Store, run: str, recalled: Recalled) -> Written | None:
    """What a run wrote into its ledger, as its own copy in 历史 still says, else as the memory recalls it.

    What was read from that run's ledger since stands in its cells. None of a run that nobody knows.
    """
    day = run.partition(" ")[0]
    since = store.written(run) or ()
    copy = place.results / place.names["history"] / day / place.names["ledger"]
    sheets = written_sheets(copy.read_bytes(), run) if copy.is_file() else ()
    if not sheets and run not in {known.id for known in store.runs()}:
        return None
    if not sheets:
        return Written(tables=overlaid(recalled(date.fromisoformat(day)), since), is_recalled=True)
    tables = tables_of(sheets)
    is_put_back = bool(since) and run != store.runs()[-1].id and _is_replaced(place, store)
    return Written(
        tables=overlaid(tables, since), sheets=sheets, first=_cells(tables, since) if is_put_back else {}
    )


def _is_replaced(place: Workspace, store: Store) -> bool:
    """Whether the last run could put its ledger into 成果, where nothing else had been read since."""
    last = place.results / place.names["history"] / store.runs()[-1].as_of.isoformat() / place.names["ledger"]
    return last.is_file() and digest_of_file(last) == store.ledgers().get(place.names["ledger"])


def _cells(tables: Tables, entries: Iterable[Any]) -> dict[tuple[str, str, str], Any]:
    """What tables say in the office cells of some entries (form, number, column, value)."""
    made = {}
    wanted = {(form, number, column) for form, number, column, _ in entries}
    for name, table in tables.items():
        columns = ledger_columns(catalog.forms()[name])
        number = next((at for at, column in enumerate(columns) if column.assigned), 0)
        for row in table.rows if any(form == name for form, _, _ in wanted) else ():
            for column, value in zip(columns, row, strict=True):
                if (name, row[number], column.name) in wanted:
                    made[name, row[number], column.name] = value
    return made


def overlaid(tables: Tables, entries: Iterable[Any]) -> Tables:
    """The tables with office cells (form, number, column, value) as they were last read."""
    values: dict[str, dict[tuple[str, str], Any]] = {}
    for form, number, column, value in entries:
        values.setdefault(form, {})[number, column] = value
    made = dict(tables)
    for name, cells in values.items():
        if name in made:
            made[name] = _with(made[name], catalog.forms()[name], cells)
    return made


def _with(table: Table, form: Form, cells: Mapping[tuple[str, str], Any]) -> Table:
    names = [column.name for column in ledger_columns(form)]
    number = next(place for place, column in enumerate(ledger_columns(form)) if column.assigned)

    def row(at: int) -> tuple[Any, ...]:
        held = table.rows[at]
        return tuple(cells.get((held[number], name), value) for name, value in zip(names, held, strict=True))

    return Table(table.columns, Rows(len(table.rows), row))


def seen_since(found: Found, before: Iterable[Any] | None) -> list[tuple[str, str, str, Any]]:
    """The office cells of one ledger as they were last read, those of earlier readings among them."""
    cells = {(form, number, column): value for form, number, column, value in before or ()}
    cells |= {(e.form, e.number, e.column): e.value for e in found.entries}
    return [(*key, value) for key, value in cells.items()]


def typed_ledger(place: Workspace) -> TypedLedger | None:
    """The ledger workbook of 成果 as it stands; None if it is not there or cannot be read."""
    path = place.results / place.names["ledger"]
    try:
        return read_typed_ledger(path.read_bytes()) if path.is_file() else None
    except Unreadable:
        return None
