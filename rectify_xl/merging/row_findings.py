"""Findings between returns at the cell of a row, and rows that wait with theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rectify_xl.facts import catalog
from rectify_xl.kinds import as_text
from rectify_xl.model import Finding, Form, LedgerRow, Params, Pending, Return, Row
from rectify_xl.normal import as_typed


class LedgerRecord(NamedTuple):
    """A row in a lower office's ledger: the ledger, and the row there."""

    ledger: Return
    row: LedgerRow


def row_finding(
    form: Form,
    return_: Return,
    row: Row,
    letters: Mapping[str, Sequence[str]],
    *,
    code: str,
    column: str,
    params: Params,
) -> Finding:
    """A finding between returns at a row's cell of a column."""
    position = form.positions[column]
    letter = (letters.get(row.sheet) or [""] * (position + 1))[position]
    value = row.values[position]
    return Finding(
        level=catalog.codes()[code].level,
        code=code,
        file=return_.file,
        sheet=row.sheet,
        cell=f"{letter}{row.row}" if letter else "",
        row=row.row,
        column=column,
        label=form.columns[position].label,
        value="" if value is None else as_typed(as_text(value)),
        params=params,
        form=form.name,
        digest=return_.digest,
    )


def in_ledger(finding: Finding, record: LedgerRecord, form: Form) -> Finding:
    """A finding about a state that only a lower office's ledger has, moved to its cell there."""
    ledger, row = record.ledger, record.row
    letter = row.letters[form.positions[finding.column]] if finding.column and row.letters else ""
    return replace(
        finding,
        file=ledger.file,
        digest=ledger.digest,
        sheet=row.sheet,
        row=row.row,
        cell=f"{letter}{row.row}" if letter else "",
    )


def pending_row(form: Form, return_: Return, row: Row, findings: tuple[Finding, ...]) -> Pending:
    """A row that waits, with what is wrong with it."""
    return Pending(
        unit_code=return_.unit_code,
        unit_name=return_.unit_name,
        form=form.name,
        row=row,
        file=return_.file,
        digest=return_.digest,
        filled_on=return_.filled_on,
        findings=findings,
    )


def findings_by_row(return_: Return, rows: Iterable[Row]) -> dict[tuple[str, int], tuple[Finding, ...]]:
    """The findings that make rows wait, by sheet and row: a row's own, and that of its sheet's missing column."""
    found: dict[tuple[str, int], list[Finding]] = {(row.sheet, row.row): [] for row in rows}
    for finding in return_.findings:
        if finding.row is not None and (finding.sheet, finding.row) in found:
            found[finding.sheet, finding.row].append(finding)
        elif finding.code == "missing-column" and finding.level == "error":
            for (sheet, _), findings in found.items():
                if sheet == finding.sheet:
                    findings.append(finding)
    return {place: tuple(findings) for place, findings in found.items()}
