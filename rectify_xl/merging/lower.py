"""Offices' ledgers among the returns: what they tell of states that did not come directly, as returns again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rectify_xl.ledger_columns import DIGEST_DIGITS, declared
from rectify_xl.merging.given import StateRef, ref_of
from rectify_xl.merging.row_findings import Fact
from rectify_xl.model import FormRows, LedgerRow, Pending, Return, Row


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtReturn:
    """A unit's file as offices' ledgers tell it: the rows of it that stand there, and those that wait, by form."""

    told: Return
    pending: Mapping[str, tuple[Pending, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What the ledgers among the returns bring together, whatever their order.

    `facts` are what they tell by state, the latest ledger last; `files` the lines of 报送情况 of files not here.
    """

    returns: tuple[BroughtReturn, ...] = ()
    facts: Mapping[StateRef, Sequence[Fact]] = field(default_factory=dict)
    files: tuple[tuple[Any, ...], ...] = ()
    retired: frozenset[str] = frozenset()

    def numbers(self) -> Iterator[tuple[StateRef, str]]:
        """The numbers that were given, by the state that stands for each."""
        for ref, facts in self.facts.items():
            if number := facts[-1].row.item.number:
                yield ref, number


def bring(returns: Sequence[Return]) -> Brought:
    """Everything that the ledgers among some returns tell; nothing where there is none."""
    ledgers = sorted((r for r in returns if r.ledger), key=lambda r: r.order)
    if not ledgers:
        return Brought()
    direct = [r for r in returns if not r.ledger]
    facts: dict[StateRef, list[Fact]] = {}
    for held in ledgers:
        assert held.ledger is not None
        for row in held.ledger.rows:
            facts.setdefault(ref_of(*row.item.latest[1:4]), []).append(Fact(held, row))
    return Brought(
        returns=tuple(_returns(ledgers, direct, facts)),
        facts=facts,
        files=tuple(_files(ledgers, direct)),
        retired=frozenset(number for held in ledgers if held.ledger for number in held.ledger.retired),
    )


def _returns(
    ledgers: Sequence[Return], direct: Sequence[Return], facts: Mapping[StateRef, Sequence[Fact]]
) -> Iterator[BroughtReturn]:
    """The files that ledgers tell, each as one return a unit, without the rows that came directly."""
    here = {ref_of(r.digest, row.sheet, row.row) for r in direct for rows in r.forms for row in rows.good}
    read = {r.digest[:DIGEST_DIGITS] for r in direct}
    rows: dict[tuple[str, str], list[LedgerRow]] = {}
    for ref, held in facts.items():
        if ref not in here:
            rows.setdefault((held[-1].row.item.unit_code, ref[0]), []).append(held[-1].row)
    waiting: dict[tuple[str, str], list[Pending]] = {}
    for pending in _pending(ledgers):
        if pending.digest not in read:
            waiting.setdefault((pending.unit_code, pending.digest), []).append(pending)
    saved = {str(line[place])[:DIGEST_DIGITS]: line for line, place in _lines(ledgers)}
    for key in sorted({*rows, *waiting}):
        yield _return(key, rows.get(key, ()), waiting.get(key, ()), saved.get(key[1]))


def _return(
    key: tuple[str, str], rows: Sequence[LedgerRow], waiting: Sequence[Pending], line: Sequence[Any] | None
) -> BroughtReturn:
    forms: dict[str, list[Row]] = {pending.form: [] for pending in waiting}
    for told in rows:
        stood = told.item.latest
        forms.setdefault(told.item.form, []).append(Row(stood.sheet, stood.row, told.item.values))
    state = rows[0].item.latest if rows else None
    names = [column.name for column in declared("files", "columns")]
    saved = str(line[names.index("saved_at")] or "") if line else ""
    return BroughtReturn(
        told=Return(
            file=state.file if state else waiting[0].file,
            digest=key[1],
            unit_code=key[0],
            unit_name=rows[0].item.unit_name if rows else waiting[0].unit_name,
            filled_on=state.filled_on if state else waiting[0].filled_on,
            saved=state.saved if state else saved,
            forms=tuple(FormRows(form=form, good=tuple(sorted(held[:]))) for form, held in sorted(forms.items())),
        ),
        pending={form: tuple(p for p in waiting if p.form == form) for form in forms},
    )


def _pending(ledgers: Iterable[Return]) -> list[Pending]:
    """What waits according to the ledgers, each row as the latest ledger has it."""
    made: dict[tuple[Any, ...], Pending] = {}
    for held in ledgers:
        for pending in held.ledger.pending if held.ledger else ():
            made[pending.unit_code, pending.form, pending.digest, pending.row[:2]] = pending
    return [made[key] for key in sorted(made)]


def _lines(ledgers: Iterable[Return]) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Every line of 报送情况 with the place of its digest."""
    place = [column.name for column in declared("files", "columns")].index("digest")
    for held in ledgers:
        for line in held.ledger.files if held.ledger else ():
            if line[place]:
                yield line, place


def _files(ledgers: Sequence[Return], direct: Sequence[Return]) -> Iterator[tuple[Any, ...]]:
    """The lines of files that are not here, one a digest, as the latest ledger has it; in the order of their names."""
    here = {r.digest for r in (*direct, *ledgers)}
    made = {str(line[place]): line for line, place in _lines(ledgers)}
    yield from sorted((line for digest, line in made.items() if digest not in here), key=lambda line: str(line[0]))
