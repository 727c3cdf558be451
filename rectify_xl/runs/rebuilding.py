"""What survives in the ledger of 成果 when the memory is lost: numbers, withdrawn ones, what the office typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from rectify_xl.excel.ledgers.ledger_reader import read_ledger_tables, read_side_tables
from rectify_xl.excel.ledgers.office_reader import read_typed_ledger
from rectify_xl.facts import catalog
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import item_number
from rectify_xl.layouts.ledger_columns import DIGEST_DIGITS, groups_for, ledger_columns
from rectify_xl.merging.lower_ledgers import lower_ledgers
from rectify_xl.merging.numbering import Numbers, StateRef
from rectify_xl.merging.office_edits import edits_in
from rectify_xl.merging.typed_ledger import Reread, TypedLedger
from rectify_xl.model import Book, Form, OfficeEntry, Return, Settings, Table
from rectify_xl.office.ruling import key_of
from rectify_xl.runs.ledger_edits import LedgerEdits
from rectify_xl.runs.numbering import unnumbered
from rectify_xl.runs.workspace import Workspace
from rectify_xl.tables.ledger_table import ledger_table

_NUMBER = re.compile(r"[^、\s]+")
ShortRef = tuple[str, str, int]  # the first digits of a file's digest, sheet, row
Key = tuple[str, str, tuple[Any, ...]]  # form, unit code, the values of the form's key


@dataclass(frozen=True, kw_only=True, slots=True)
class SurvivingLedger:
    """What a ledger workbook holds of a lost memory.

    `numbers` are by the source of the row's latest state, `by_key` by form, unit and key where only one row has them,
    `retired` are the withdrawn ones; `typed` is the workbook itself, `digest` its SHA-256, `is_current` whether it is
    the one in 成果.
    """

    numbers: Mapping[ShortRef, str]
    by_key: Mapping[Key, str]
    retired: frozenset[str]
    typed: TypedLedger
    digest: str
    is_current: bool = True

    @property
    def day(self) -> date | None:
        """The day of the run that wrote it."""
        found = re.match(r"\d{4}-\d\d-\d\d", self.typed.run)
        return date.fromisoformat(found[0]) if found else None


def surviving_ledger(workspace: Workspace) -> SurvivingLedger | None:
    """The ledger in 成果, else the newest in 历史; None if there is none, or none that can be read."""
    current = workspace.results / workspace.names["ledger"]
    paths = (path for path in (current, *_in_history(workspace)[:1]) if path.is_file())
    ledgers = (_read_ledger(path.read_bytes(), is_current=path == current) for path in paths)
    return next((ledger for ledger in ledgers if ledger), None)


def _in_history(workspace: Workspace) -> list[Path]:
    """The ledgers of all runs in 历史, the newest first."""
    folder = workspace.results / workspace.names["history"]
    return sorted(folder.glob(f"*/{workspace.names['ledger']}"), reverse=True)


def _read_ledger(data: bytes, *, is_current: bool) -> SurvivingLedger | None:
    try:
        tables, about = read_ledger_tables(data), read_side_tables(data).get("about")
    except Unreadable:
        return None
    numbered = list(_numbered(tables))
    label = catalog.words("ledger")["about"]["withdrawn"]
    withdrawn = " ".join(str(text) for item, text in about.rows if item == label) if about else ""
    return SurvivingLedger(
        numbers={ref: number for ref, _, number in numbered},
        by_key=_by_key(numbered),
        retired=frozenset(number for number in _NUMBER.findall(withdrawn) if item_number(number)),
        typed=read_typed_ledger(data),
        digest=sha256(data).hexdigest(),
        is_current=is_current,
    )


def _by_key(numbered: Sequence[tuple[ShortRef, Key, str]]) -> dict[Key, str]:
    """The numbers that only one row of a unit has by its key: of the unit that it counts for, or first of its own.

    A unit that was merged reported its rows under its own code, which their numbers still begin with.
    """
    counting, own = dict[Key, list[str]](), dict[Key, list[str]]()
    for _, (form, unit, values), number in numbered:
        counting.setdefault((form, unit, values), []).append(number)
        own.setdefault((form, number.rpartition("-")[0], values), []).append(number)
    return {key: found[0] for by_key in (counting, own) for key, found in by_key.items() if len(found) == 1}


def _numbered(tables: Mapping[str, Table]) -> Iterator[tuple[ShortRef, Key, str]]:
    """The source, the key and the number of every row that has one."""
    for name, table in tables.items():
        form = catalog.forms()[name]
        for row in table.rows if form.id_letter else ():
            ref, key, number = _read_row(form, row)
            if number:
                yield ref, key, number


def _read_row(form: Form, row: tuple[Any, ...]) -> tuple[ShortRef, Key, str]:
    names = [column.name for column in ledger_columns(form)]
    by_name = dict(zip(names, row, strict=True))
    groups = groups_for(form)
    source_sheet, source_row, digest = (by_name[column.name] for column in groups.source[1:4])
    values = [by_name[column.name] for column in form.columns]
    number = next(str(by_name[c.name] or "") for c in form.columns if c.assigned)
    return (
        (str(digest), str(source_sheet), source_row),
        (form.name, by_name[groups.lead[0].name], key_of(values, form, form.key)),
        number,
    )


def edits_of_lost_memory(ledger: SurvivingLedger, book: Book, workspace: Workspace, settings: Settings) -> LedgerEdits:
    """The edits that a ledger holds for the first run of a new memory, if the archive is lost too; a copy is kept."""
    digest = {workspace.names["ledger"]: ledger.digest} if ledger.is_current else {}
    standing = {item.number for items in book.items.values() for item in items}
    return LedgerEdits(
        entries=entries_from(ledger, book, workspace, settings), read=digest, kept=digest,
        notes=(f"archive-lost:{workspace.names['memory']}",), withdrawn=tuple(gone_rows(ledger, standing)),
    )  # fmt: skip


def count_differing(ledger: SurvivingLedger, numbers: Numbers, returns: Sequence[Return]) -> int:
    """The number of ledger rows that have another number by now, or none (lower offices' ledgers give numbers too)."""
    known: dict[ShortRef, str] = dict(lower_ledgers(returns).numbers())
    known |= {(digest[:DIGEST_DIGITS], sheet, row): number for (digest, sheet, row), number in numbers.by_state.items()}
    return sum(known.get(ref) != number for ref, number in ledger.numbers.items())


def numbers_from(ledger: SurvivingLedger, returns: Sequence[Return], workspace: Workspace) -> Numbers:
    """The numbers that rows must get again: rows that the ledger has as their source, or one in 历史, or by their key.

    And those that rows of lower offices' ledgers have here.
    """
    keys = {
        (return_.digest, row_sheet, row): (form.name, return_.unit_code, key_of(values, form, form.key))
        for return_ in returns for form, row_sheet, row, values in unnumbered(return_)
    }  # fmt: skip
    refs = [ref for ref, _ in lower_ledgers(returns).numbers()]
    by_source = {**_numbers_in_history(ledger, workspace), **ledger.numbers} if keys or refs else {}
    given: dict[StateRef, str] = {}
    for (digest, row_sheet, row), key in keys.items():
        number = by_source.get((digest[:DIGEST_DIGITS], row_sheet, row)) or ledger.by_key.get(key)
        if number:
            given[digest, row_sheet, row] = number
    for ref in refs:
        if number := by_source.get(ref):
            given[ref] = number
    return Numbers(by_state=given, used=ledger.retired.union(ledger.numbers.values()))


def _numbers_in_history(ledger: SurvivingLedger, workspace: Workspace) -> dict[ShortRef, str]:
    """The numbers by source in the ledgers of 历史, of those that were given for good; of a row the newest counts.

    A row that was reworded under its number stands in the ledger by its new words alone.
    """
    known = ledger.retired.union(ledger.numbers.values())
    found: dict[ShortRef, str] = {}
    for path in reversed(_in_history(workspace)):
        try:
            tables = read_ledger_tables(path.read_bytes())
        except Unreadable:
            continue
        found |= {ref: number for ref, _, number in _numbered(tables) if number in known}
    return found


def entries_from(
    ledger: SurvivingLedger, book: Book, workspace: Workspace, settings: Settings
) -> tuple[OfficeEntry, ...]:
    """What the office had typed by the ledger's day: the cells that differ from what its returns alone give."""
    tables = {name: ledger_table(book, name) for name in book.items}
    day, name = ledger.day or book.as_of, workspace.names["ledger"]
    reread = Reread(file=name, as_of=day, settings=settings, is_surviving=True)
    return edits_in(ledger.typed, tables, reread).entries


def gone_rows(ledger: SurvivingLedger, standing: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """(form, number, unit code) of the numbers that were withdrawn, and of those that no row has any more."""
    letters = {form.id_letter: form.name for form in catalog.forms().values() if form.id_letter}
    for number in sorted(ledger.retired.union(ledger.numbers.values()).difference(standing)):
        parts = item_number(number)
        if parts and parts[1] in letters:
            yield letters[parts[1]], number, parts[0]
