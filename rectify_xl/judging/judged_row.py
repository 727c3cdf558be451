"""A row while it is judged: its values and findings so far, and which of several findings a cell keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.kinds import as_text
from rectify_xl.layouts.layout import cell_name
from rectify_xl.model import LEVELS, Column, Finding, Level, Rule
from rectify_xl.normal import as_seen, as_typed


@dataclass(slots=True)
class JudgedRow:
    """A row while it is judged: its typed values so far, and its findings, each with the position of its column.

    `unread` are the positions whose cells could not be read, `standing` the columns that say 长期坚持 or the like.
    """

    line: int
    row: int
    values: list[Any]
    positions: Mapping[str, int]
    findings: tuple[tuple[int, Finding], ...] = ()
    unread: frozenset[int] = frozenset()
    standing: tuple[Column, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether the row has an error."""
        return bool(self.findings) and any(finding.level == "error" for _, finding in self.findings)


def add_finding(
    sheet: FormSheet,
    row: JudgedRow,
    position: int,
    *,
    code: str = "",
    rule: Rule | None = None,
    params: tuple[tuple[str, Any], ...] = (),
    level: Level | None = None,
) -> None:
    """Adds a finding at the row's cell of a column."""
    column = sheet.form.columns[position]
    code = rule.code if rule else code
    usual_level: Level = rule.level if rule else catalog.codes()[code].level
    offset = sheet.offsets.get(column.name)
    raw = sheet.raw_value(row.line, column.name)
    typed = as_typed(as_text(raw))
    if rule and as_seen(typed, column.kind) != typed and _shows_as_typed(sheet, row, offset, raw):
        params = (*params, ("seen", typed))
    finding = Finding(
        level=level or (column.level if usual_level == "error" and not rule else usual_level),
        code=code,
        sheet=sheet.grid.title,
        cell=cell_name(row.row, sheet.grid.first_column + offset) if offset is not None else "",
        row=row.row,
        column=column.name,
        label=column.label,
        value=typed,
        params=params,
        form=sheet.form.name,
        rule=rule.index if rule else -1,
    )
    row.findings += ((position, finding),)


def _shows_as_typed(sheet: FormSheet, row: JudgedRow, offset: int | None, raw: Any) -> bool:
    """Whether a share stands in its cell as it was typed: a text, or a number in a cell of another format."""
    if isinstance(raw, str) or offset is None:
        return True
    return sheet.grid.is_percent(row.row, sheet.grid.first_column + offset) is False


def findings_of_row(row: JudgedRow) -> list[Finding]:
    """The row's findings, one a cell (see `_rank`), from the first column to the last."""
    if len(row.findings) < 2:
        return [finding for _, finding in row.findings]
    kept: dict[int, Finding] = {}
    for position, finding in row.findings:
        other = kept.get(position)
        if other is None or _rank(finding) < _rank(other):
            kept[position] = finding
    return [kept[position] for position in sorted(kept)]


def one_per_cell(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a whole file in their order, but only one for each cell; those without a cell all stay."""
    kept: dict[Any, Finding] = {}
    for index, finding in enumerate(findings):
        key = (finding.sheet, finding.cell) if finding.cell else index
        other = kept.get(key)
        if other is None or _rank(finding) < _rank(other):
            kept[key] = finding
    return list(kept.values())


def _rank(finding: Finding) -> tuple[int, int, int]:
    """The order among the findings of one cell: by level, then scope, then the order of the form's rules."""
    scope = catalog.codes()[finding.code].scope
    return LEVELS.index(finding.level), catalog.SCOPES.index(scope), finding.rule
