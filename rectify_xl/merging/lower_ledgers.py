"""Lower offices' ledgers among the returns: the row states that did not come directly, as returns again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.layouts.ledger_columns import DIGEST_DIGITS, declared
from rectify_xl.merging.ledger_order import LedgerOrder
from rectify_xl.merging.numbering import StateRef, ref_of, state_ref
from rectify_xl.merging.row_findings import LedgerRecord
from rectify_xl.model import FormRows, LedgerRow, Pending, Return, Row

# A unit and one of its files, by the first digits of its digest.
_UnitFile = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerReturn:
    """A unit's file as lower offices' ledgers show it: its rows that stand there, and by form those that wait."""

    return_: Return
    pending: Mapping[str, tuple[Pending, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LowerLedgers:
    """Everything that the ledgers among the returns say, whatever their order.

    `records` are their rows by row state, the latest ledger last; `files` the lines of 报送情况 of files not here;
    `retired` the numbers that were withdrawn there, `order` what the ledgers know of each other.
    """

    returns: tuple[LedgerReturn, ...] = ()
    records: Mapping[StateRef, Sequence[LedgerRecord]] = field(default_factory=dict)
    files: tuple[tuple[Any, ...], ...] = ()
    retired: frozenset[str] = frozenset()
    order: LedgerOrder = field(default_factory=LedgerOrder)

    def written_numbers(self) -> Iterator[str]:
        """Every number in the ledgers, also one that a row has no more in a later one."""
        return (record.row.item.number for records in self.records.values() for record in records)

    def numbers(self) -> Iterator[tuple[StateRef, str]]:
        """The numbers that were given, by the row state they stand at."""
        for ref, records in self.records.items():
            if number := records[-1].row.item.number:
                yield ref, number


def lower_ledgers(returns: Sequence[Return]) -> LowerLedgers:
    """What the ledgers among some returns say; nothing where there is none."""
    order = LedgerOrder(r for r in returns if r.ledger)
    ledgers = order.ledgers
    if not ledgers:
        return LowerLedgers()
    direct = [r for r in returns if not r.ledger]
    records: dict[StateRef, list[LedgerRecord]] = {}
    for ledger in ledgers:
        for row in ledger.ledger.rows if ledger.ledger else ():
            records.setdefault(ref_of(row.item.latest), []).append(LedgerRecord(ledger, row))
    return LowerLedgers(
        returns=tuple(_returns(order, direct, records)),
        records=records,
        files=tuple(_lines_of_other_files(ledgers, direct)),
        retired=frozenset(number for r in ledgers if r.ledger for number in r.ledger.retired),
        order=order,
    )


def lines_since(lower: LowerLedgers, still_waiting: Iterable[Pending]) -> tuple[tuple[Any, ...], ...]:
    """The lines of files not here: one is to be corrected no more once none of its rows waits here any longer."""
    waited = {r.return_.digest for r in lower.returns if any(r.pending.values())}
    mended = waited.difference(pending.digest[:DIGEST_DIGITS] for pending in still_waiting)
    columns, no = _file_columns(), catalog.words("ledger")["no"]
    digest, to_correct = columns.index("digest"), columns.index("to_correct")
    return tuple(
        (*line[:to_correct], no, *line[to_correct + 1 :]) if str(line[digest])[:DIGEST_DIGITS] in mended else line
        for line in lower.files
    )


def _returns(
    order: LedgerOrder, direct: Sequence[Return], records: Mapping[StateRef, Sequence[LedgerRecord]]
) -> Iterator[LedgerReturn]:
    """The files that ledgers show, each as one return a unit, without the rows that came directly."""
    direct_states = {state_ref(r.digest, row.sheet, row.row) for r in direct for rows in r.forms for row in rows.good}
    standing = _standing_states(order)
    rows: dict[_UnitFile, list[LedgerRow]] = {}
    for ref, same_state in records.items():
        if ref in standing and ref not in direct_states:
            row = same_state[-1].row
            rows.setdefault((row.item.unit_code, ref[0]), []).append(row)
    direct_files = {r.digest[:DIGEST_DIGITS] for r in direct}
    pending: dict[_UnitFile, list[Pending]] = {}
    for waiting in _pending_rows(order):
        if waiting.digest not in direct_files:
            pending.setdefault((waiting.unit_code, waiting.digest), []).append(waiting)
    place = _file_columns().index("digest")
    lines = {str(line[place])[:DIGEST_DIGITS]: line for line in _file_lines(order.ledgers)}
    for unit_file in sorted({*rows, *pending}):
        line = lines.get(unit_file[1], ())
        yield _ledger_return(unit_file, rows.get(unit_file, ()), pending.get(unit_file, ()), line)


def _ledger_return(
    unit_file: _UnitFile, rows: Sequence[LedgerRow], pending: Sequence[Pending], line: Sequence[Any]
) -> LedgerReturn:
    """One file of a unit from its rows and its line (empty: none) in the ledgers."""
    forms: dict[str, list[Row]] = {waiting.form: [] for waiting in pending}
    for row in rows:
        state = row.item.latest
        forms.setdefault(row.item.form, []).append(Row(state.sheet, state.row, row.item.values))
    good = tuple(FormRows(form=form, good=tuple(sorted(forms[form]))) for form in sorted(forms))
    unit_code, digest = unit_file
    if rows:
        first = rows[0].item
        file, filled_on, saved = first.latest.file, first.latest.filled_on, first.latest.saved
        return_ = Return(file=file, unit_name=first.unit_name, filled_on=filled_on, saved=saved)
    else:
        saved = str(line[_file_columns().index("saved_at")] or "") if line else ""
        return_ = Return(
            file=pending[0].file, unit_name=pending[0].unit_name, filled_on=pending[0].filled_on, saved=saved
        )
    return LedgerReturn(
        return_=replace(return_, digest=digest, unit_code=unit_code, forms=good),
        pending={form: tuple(waiting for waiting in pending if waiting.form == form) for form in forms},
    )


def _standing_states(order: LedgerOrder) -> set[StateRef]:
    """The row states of all ledgers but those that a ledger which knows theirs withdrew, or tells to be waiting."""
    held = [(ledger, ledger.ledger) for ledger in order.ledgers if ledger.ledger]
    numbers = {ledger.digest: {row.item.number for row in book.rows} for ledger, book in held if book.retired}
    gone = {ledger.digest: book.retired.difference(numbers.get(ledger.digest, ())) for ledger, book in held}
    waiting = {ledger.digest: {_place_of(pending)[1:] for pending in book.pending} for ledger, book in held}
    standing: set[StateRef] = set()
    for ledger, book in held:
        later = [other.digest for other in order.ledgers if order.knows(other, ledger)]
        withdrawn = frozenset[str]().union(*(gone[digest] for digest in later))
        bad = frozenset[StateRef]().union(*(waiting[digest] for digest in later))
        refs = (ref_of(row.item.latest) for row in book.rows if row.item.number not in withdrawn)
        standing.update(ref for ref in refs if ref not in bad)
    return standing


def _pending_rows(order: LedgerOrder) -> Iterator[Pending]:
    """The rows that wait according to the ledgers, each as the latest ledger has it; in the order of unit and file.

    A row waits no more where a ledger that knows the one which tells it does not tell it.
    """
    held = [(ledger, ledger.ledger) for ledger in order.ledgers if ledger.ledger]
    told = {ledger.digest: {_place_of(pending): pending for pending in book.pending} for ledger, book in held}
    found: dict[tuple[Any, ...], Pending] = {}
    for ledger in order.ledgers:
        later = [told[other.digest] for other in order.ledgers if order.knows(other, ledger)]
        for place, pending in told[ledger.digest].items():
            if all(place in others for others in later):
                found[pending.unit_code, *place] = pending
    yield from (found[key] for key in sorted(found))


def _place_of(pending: Pending) -> tuple[str, str, str, int]:
    """Where a row stands that waits: form, file, sheet and row."""
    return (pending.form, pending.digest[:DIGEST_DIGITS], *pending.row[:2])


def _file_columns() -> list[str]:
    """The names of the columns of 报送情况."""
    return [column.name for column in declared("files", "columns")]


def _file_lines(ledgers: Iterable[Return]) -> Iterator[tuple[Any, ...]]:
    """Every line of 报送情况 that names a digest."""
    place = _file_columns().index("digest")
    for ledger in ledgers:
        for line in ledger.ledger.files if ledger.ledger else ():
            if line[place]:
                yield line


def _lines_of_other_files(ledgers: Sequence[Return], direct: Sequence[Return]) -> Iterator[tuple[Any, ...]]:
    """The lines of files that are not here, one a digest, as the latest ledger has it; in the order of their names."""
    here = {r.digest for r in (*direct, *ledgers)}
    place = _file_columns().index("digest")
    lines = {str(line[place]): line for line in _file_lines(ledgers)}
    yield from sorted((line for digest, line in lines.items() if digest not in here), key=lambda line: str(line[0]))
