"""What the office typed into its ledger since a run wrote it, found before anything is overwritten."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from rectify_xl import catalog
from rectify_xl.excel.ledgers.ledger_reader import read_ledger_tables
from rectify_xl.excel.ledgers.office_reader import read_typed_ledger
from rectify_xl.grid import Unreadable
from rectify_xl.ledger_columns import ledger_columns
from rectify_xl.merging.office_edits import Reread, TypedLedger, edits_in
from rectify_xl.model import Finding, Form, OfficeEntry, Settings, Table
from rectify_xl.runs.workspace import Workspace
from rectify_xl.store import Store
from rectify_xl.tables.ledger_table import Rows

Tables = Mapping[str, Table]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found in the ledgers of 成果: entries, findings at their cells, and remarks by code.

    `read` gives the digest of every ledger that was read, by its name, `run` which run wrote the one that counts,
    `unread` the names of those that cannot be read and must not be overwritten.
    """

    entries: tuple[OfficeEntry, ...] = ()
    told: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    read: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    unread: frozenset[str] = frozenset()


NOTHING_FOUND = Found()


def edits_found(place: Workspace, store: Store, settings: Settings, as_of: date) -> Found:
    """Reads the ledger, and dated copies beside it, where they are not as a run left them. Changes nothing."""
    known, entries, told, notes = store.ledgers(), list[OfficeEntry](), list[Finding](), list[str]()
    read, run, unread = dict[str, str](), "", set[str]()
    for path in ledgers_in(place):
        data = path.read_bytes()
        digest = sha256(data).hexdigest()
        if known.get(path.name) == digest:
            continue
        read[path.name] = digest
        try:
            typed = read_typed_ledger(data)
        except Unreadable:
            notes.append(f"ledger-unread:{path.name}")
            unread.add(path.name)
            continue
        written = written_by(place, store, typed.run)
        if written is None:
            notes.append(f"ledger-unknown:{path.name}")
            continue
        is_copy = path.name != place.names["ledger"]
        run = run if is_copy else typed.run
        edits = edits_in(typed, written, Reread(file=path.name, as_of=as_of, settings=settings, is_copy=is_copy))
        entries += edits.entries
        told += edits.findings
    return Found(
        entries=tuple(entries), told=tuple(told), notes=tuple(notes), read=read, run=run, unread=frozenset(unread)
    )


def ledgers_in(place: Workspace) -> Iterator[Path]:
    """The ledger workbook of 成果 and the dated copies beside it, as far as they are there."""
    name = Path(place.names["ledger"])
    dated = re.compile(rf"{re.escape(name.stem)}-\d{{4}}-\d\d-\d\d{re.escape(name.suffix)}")
    there = place.results.iterdir() if place.results.is_dir() else ()
    yield from sorted(path for path in there if path.name == name.name or dated.fullmatch(path.name))


def written_by(place: Workspace, store: Store, run: str) -> Tables | None:
    """What a run wrote into its ledger, as its own copy in 历史 still says; None if that is not there any more.

    What was read from that run's ledger since stands in its cells.
    """
    day = run.partition(" ")[0]
    copy = place.results / place.names["history"] / day / place.names["ledger"]
    if not day or not copy.is_file():
        return None
    data = copy.read_bytes()
    if read_typed_ledger(data).run != run:
        return None
    return overlaid(read_ledger_tables(data), store.written(run) or ())


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
