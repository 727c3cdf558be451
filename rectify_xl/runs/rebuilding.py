"""What the ledger in 成果 still knows when the memory is lost: numbers, withdrawn ones, what the office typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from rectify_xl import catalog
from rectify_xl.excel.ledgers.ledger_reader import read_ledger_tables, read_side_tables
from rectify_xl.excel.ledgers.office_reader import read_typed_ledger
from rectify_xl.grid import Unreadable
from rectify_xl.kinds import item_number
from rectify_xl.ledger_columns import DIGEST_DIGITS, groups_for, ledger_columns
from rectify_xl.merging.lower import bring
from rectify_xl.merging.merge import Numbers, StateRef
from rectify_xl.merging.office_edits import edits_in
from rectify_xl.merging.typed_ledger import Reread, TypedLedger
from rectify_xl.model import Book, Form, OfficeEntry, Return, Settings
from rectify_xl.ruling import key_of
from rectify_xl.runs.ledger_edits import Found
from rectify_xl.runs.numbering import unnumbered
from rectify_xl.runs.workspace import Workspace
from rectify_xl.tables.ledger_table import ledger_table

_NUMBER = re.compile(r"[^、\s]+")
ShortRef = tuple[str, str, int]  # the first digits of a file's digest, sheet, row


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What a ledger workbook tells of a lost memory.

    `numbers` by where the row's latest state stands, `by_key` by form, unit and key (unique ones), `retired` the
    withdrawn ones; `typed` the workbook itself, `digest` its SHA-256, `is_current` whether it is the one in 成果.
    """

    numbers: Mapping[ShortRef, str]
    by_key: Mapping[tuple[Any, ...], str]
    retired: frozenset[str]
    typed: TypedLedger
    digest: str
    is_current: bool = True

    @property
    def day(self) -> date | None:
        """The day of the run that wrote it."""
        found = re.match(r"\d{4}-\d\d-\d\d", self.typed.run)
        return date.fromisoformat(found[0]) if found else None


def left_in(place: Workspace) -> Left | None:
    """What the ledger in 成果 tells, else the newest in 历史; None if there is none, or none that can be read."""
    name = place.names["ledger"]
    current = place.results / name
    newest = sorted((place.results / place.names["history"]).glob(f"*/{name}"), reverse=True)[:1]
    there = (path for path in (current, *newest) if path.is_file())
    told = (_told_by(path.read_bytes(), is_current=path == current) for path in there)
    return next((left for left in told if left), None)


def _told_by(data: bytes, *, is_current: bool) -> Left | None:
    try:
        tables, about = read_ledger_tables(data), read_side_tables(data).get("about")
    except Unreadable:
        return None
    numbers: dict[ShortRef, str] = {}
    keys: dict[tuple[Any, ...], list[str]] = {}
    for name, table in tables.items():
        form = catalog.forms()[name]
        for row in table.rows if form.id_letter else ():
            ref, key, number = _read_row(form, row)
            if number:
                numbers[ref] = number
                keys.setdefault(key, []).append(number)
    label = catalog.words("ledger")["about"]["withdrawn"]
    told = " ".join(str(text) for item, text in about.rows if item == label) if about else ""
    return Left(
        numbers=numbers,
        by_key={key: held[0] for key, held in keys.items() if len(held) == 1},
        retired=frozenset(number for number in _NUMBER.findall(told) if item_number(number)),
        typed=read_typed_ledger(data),
        digest=sha256(data).hexdigest(),
        is_current=is_current,
    )


def _read_row(form: Form, row: tuple[Any, ...]) -> tuple[ShortRef, tuple[Any, ...], str]:
    names = [column.name for column in ledger_columns(form)]
    told = dict(zip(names, row, strict=True))
    groups = groups_for(form)
    sheet, line, digest = (told[column.name] for column in groups.source[1:4])
    values = [told[column.name] for column in form.columns]
    number = next(str(told[c.name] or "") for c in form.columns if c.assigned)
    return (
        (str(digest), str(sheet), line),
        (form.name, told[groups.lead[0].name], key_of(values, form, form.key)),
        number,
    )


def found_in(left: Left, book: Book, place: Workspace, settings: Settings) -> Found:
    """What a ledger tells the first run of a memory for which the archive had nothing; the ledger itself is kept."""
    digest = {place.names["ledger"]: left.digest} if left.is_current else {}
    standing = {item.number for items in book.items.values() for item in items}
    return Found(
        entries=entries_from(left, book, place, settings), read=digest, kept=digest,
        notes=(f"archive-lost:{place.names['memory']}",), withdrawn=tuple(gone_rows(left, standing)),
    )  # fmt: skip


def differing(left: Left, numbers: Numbers, returns: Sequence[Return]) -> int:
    """How many rows of the ledger are known by another number, or by none (lower ledgers tell numbers too)."""
    known: dict[ShortRef, str] = dict(bring(returns).numbers())
    known |= {(digest[:DIGEST_DIGITS], sheet, row): number for (digest, sheet, row), number in numbers.given.items()}
    return sum(known.get(ref) != number for ref, number in left.numbers.items())


def numbers_from(left: Left, returns: Iterable[Return]) -> Numbers:
    """The numbers that rows must be given again: where the ledger has a row, and where a return tells it by its key."""
    given: dict[StateRef, str] = {}
    for held in returns:
        for form, row_sheet, row, values in unnumbered(held):
            number = left.numbers.get((held.digest[:DIGEST_DIGITS], row_sheet, row))
            number = number or left.by_key.get((form.name, held.unit_code, key_of(values, form, form.key)))
            if number:
                given[held.digest, row_sheet, row] = number
    return Numbers(given=given, used=left.retired.union(left.numbers.values()))


def entries_from(left: Left, book: Book, place: Workspace, settings: Settings) -> tuple[OfficeEntry, ...]:
    """What the office had typed by the ledger's day: the cells that its returns alone would not fill so."""
    tables = {name: ledger_table(book, name) for name in book.items}
    reread = Reread(file=place.names["ledger"], as_of=left.day or book.as_of, settings=settings)
    return edits_in(left.typed, tables, reread).entries


def gone_rows(left: Left, standing: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """(form, number, unit code) of the numbers that were withdrawn, and of those whose rows are nowhere any more."""
    letters = {form.id_letter: form.name for form in catalog.forms().values() if form.id_letter}
    for number in sorted(left.retired.union(left.numbers.values()).difference(standing)):
        parts = item_number(number)
        if parts and parts[1] in letters:
            yield letters[parts[1]], number, parts[0]
