"""Findings between returns, at the cell of a row: where it was reported, or where an office's ledger shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from rectify_xl import catalog
from rectify_xl.kinds import as_text
from rectify_xl.model import Finding, Form, LedgerRow, Return, Row
from rectify_xl.normal import as_typed

Params = tuple[tuple[str, Any], ...]


class Fact(NamedTuple):
    """What one office's ledger tells of a row: the ledger, and the row there."""

    ledger: Return
    row: LedgerRow


def row_finding(
    form: Form, held: Return, row: Row, letters: Mapping[str, Sequence[str]], *, code: str, column: str, params: Params
) -> Finding:
    """A finding between returns at a row's cell of a column."""
    position = form.positions[column]
    letter = (letters.get(row.sheet) or [""] * (position + 1))[position]
    value = row.values[position]
    return Finding(
        level=catalog.codes()[code].level,
        code=code,
        file=held.file,
        sheet=row.sheet,
        cell=f"{letter}{row.row}" if letter else "",
        row=row.row,
        column=column,
        label=form.columns[position].label,
        value="" if value is None else as_typed(as_text(value)),
        params=params,
        form=form.name,
        digest=held.digest,
    )


def at_fact(found: Finding, fact: Fact, form: Form) -> Finding:
    """A finding about a state that only an office's ledger tells, moved to its cell there."""
    letter = fact.row.letters[form.positions[found.column]] if found.column and fact.row.letters else ""
    return replace(
        found,
        file=fact.ledger.file,
        digest=fact.ledger.digest,
        sheet=fact.row.sheet,
        row=fact.row.row,
        cell=f"{letter}{fact.row.row}" if letter else "",
    )
