"""A row while it is judged: its values so far, what is told of it, and which of several findings a cell keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rectify_xl import catalog
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.kinds import as_text
from rectify_xl.layout import cell_name
from rectify_xl.model import LEVELS, Column, Finding, Level, Rule
from rectify_xl.normal import as_typed


@dataclass(slots=True)
class Trial:
    """A row while it is judged: its values so far and the findings by column position.

    `standing` are the columns whose cell says that something is for good.
    """

    offset: int
    row: int
    values: list[Any]
    positions: Mapping[str, int]
    findings: tuple[tuple[int, Finding], ...] = ()
    unread: frozenset[int] = frozenset()
    standing: tuple[Column, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether any error stands on the row."""
        return bool(self.findings) and any(finding.level == "error" for _, finding in self.findings)


def add_finding(
    sheet: FormSheet,
    trial: Trial,
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
    usual: Level = rule.level if rule else catalog.codes()[code].level
    at = sheet.offsets.get(column.name)
    raw = sheet.typed(trial.offset, column.name)
    told = Finding(
        level=level or (column.level if usual == "error" and not rule else usual),
        code=code,
        sheet=sheet.grid.title,
        cell=cell_name(trial.row, sheet.grid.first_column + at) if at is not None else "",
        row=trial.row,
        column=column.name,
        label=column.label,
        value=as_typed(as_text(raw)),
        params=params,
        form=sheet.form.name,
        rule=rule.index if rule else -1,
    )
    trial.findings += ((position, told),)


def told_once(trial: Trial) -> list[Finding]:
    """One finding a cell: error before warning before fixed, then by scope, then by the order of the form's rules."""
    if len(trial.findings) < 2:
        return [finding for _, finding in trial.findings]
    chosen: dict[int, Finding] = {}
    for position, finding in trial.findings:
        standing = chosen.get(position)
        if standing is None or rank(finding) < rank(standing):
            chosen[position] = finding
    return [chosen[position] for position in sorted(chosen)]


def one_a_cell(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a whole file, in their order, so that no cell has two: the cover's and the headers' too."""
    chosen: dict[Any, Finding] = {}
    for place, finding in enumerate(findings):
        at = (finding.sheet, finding.cell) if finding.cell else place
        standing = chosen.get(at)
        if standing is None or rank(finding) < rank(standing):
            chosen[at] = finding
    return list(chosen.values())


def rank(finding: Finding) -> tuple[int, int, int]:
    """What the findings of one cell are told by: the lowest stands."""
    scope = catalog.codes()[finding.code].scope
    return LEVELS.index(finding.level), catalog.SCOPES.index(scope), finding.rule
