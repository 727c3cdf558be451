"""The rows of one form sheet judged: raw cells become typed rows, and every trouble a finding at its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rectify_xl import catalog
from rectify_xl.expression import Call
from rectify_xl.kinds import Reading, as_text, item_number
from rectify_xl.layout import cell_name
from rectify_xl.model import LEVELS, Finding, Level, Row, Rule
from rectify_xl.normal import as_typed
from rectify_xl.recognise import FormSheet
from rectify_xl.ruling import Ruling, authorities_of, reviewers_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Whose rows are judged: the unit, the codes its numbers may begin with (none: any), the bounds for its rules."""

    unit_code: str
    unit_kind: str
    prefixes: frozenset[str]
    bounds: tuple[Any, ...]
    year: int | None


@dataclass(slots=True)
class Trial:
    """A row while it is judged: its values so far and the findings by column position."""

    offset: int
    row: int
    values: list[Any]
    positions: Mapping[str, int]
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)

    @property
    def is_bad(self) -> bool:
        """Whether any error stands on the row."""
        return any(finding.level == "error" for _, finding in self.findings)


@dataclass(slots=True)
class JudgedSheet:
    """A form sheet after judging: its rows in order, and the findings about the sheet itself."""

    sheet: FormSheet
    trials: list[Trial]
    missing: frozenset[str]
    told: list[Finding] = field(default_factory=list)
    all_wait: bool = False

    def row_of(self, trial: Trial) -> Row:
        """The row as it goes on: bad rows carry what was typed."""
        if not (trial.is_bad or self.all_wait):
            return Row(self.sheet.grid.title, trial.row, tuple(trial.values))
        cells = self.sheet.grid.rows[trial.offset]
        at = self.sheet.offsets
        names = [c.name for c in self.sheet.form.columns]
        typed = tuple(as_typed(as_text(cells[at[n]])) if n in at and at[n] < len(cells) else "" for n in names)
        return Row(self.sheet.grid.title, trial.row, tuple(trial.values), typed)


def judge_rows(sheet: FormSheet, ruling: Ruling, place: Place) -> JudgedSheet:
    """Judges every row of a form sheet by the rules that need no other row; keys and headings: `judge_sheet`."""
    plan = ruling.plan(sheet.form, place.year)
    positions = sheet.form.positions
    judged = JudgedSheet(sheet=sheet, trials=[], missing=frozenset(positions) - set(sheet.offsets))
    absent = {positions[name] for name in judged.missing}
    sources = tuple((positions[n], at, plan.parsers[positions[n]]) for n, at in sheet.offsets.items())
    wanted = tuple(p for p in plan.required if p not in absent)
    for offset in sheet.data:
        trial = _parse_row(sheet, offset, sources)
        for position in wanted:
            if trial.values[position] is None and position not in trial.unread:
                add_finding(sheet, trial, position, code="required")
        _judge_number(sheet, trial, place)
        blocked = trial.unread | absent if trial.unread or absent else absent
        for index in plan.broken(trial.values, place.bounds):
            if not blocked or not plan.reads[index] & blocked:
                rule = sheet.form.rules[index]
                params = _rule_params(rule, trial, place, ruling)
                add_finding(sheet, trial, sheet.form.positions[rule.column], rule=rule, params=params)
        judged.trials.append(trial)
    return judged


def _parse_row(sheet: FormSheet, offset: int, sources: Sequence[tuple[int, int, Any]]) -> Trial:
    cells = sheet.grid.rows[offset]
    width = len(cells)
    values: list[Any] = [None] * len(sheet.form.columns)
    trial = Trial(offset, sheet.grid.first_row + offset, values, sheet.form.positions)
    for position, at, parse in sources:
        if at < width and (raw := cells[at]) != "":
            value = parse(raw)
            if value.__class__ is Reading:
                value = _tell_reading(sheet, trial, (position, at), value)
            values[position] = value
    return trial


def _tell_reading(sheet: FormSheet, trial: Trial, where: tuple[int, int], reading: Reading) -> Any:
    position, at = where
    raw = sheet.grid.rows[trial.offset][at]
    is_number = reading.code == "fixed-percent" and not isinstance(raw, str)
    if is_number and sheet.grid.is_percent(trial.row, sheet.grid.first_column + at):
        reading = Reading(raw, "range", (("case", "percent"), ("low", "0%"), ("high", "100%")))
    if not reading.read:
        trial.unread.add(position)
    add_finding(sheet, trial, position, code=reading.code, params=reading.params)
    return reading.value


def _judge_number(sheet: FormSheet, trial: Trial, place: Place) -> None:
    """A 编号 with another unit's prefix is foreign; with another form's letter it is none of ours."""
    for position, column in enumerate(sheet.form.columns):
        if not column.assigned or trial.values[position] is None:
            continue
        number = item_number(trial.values[position])
        if number and number[1] != sheet.form.id_letter:
            trial.values[position] = None
            add_finding(sheet, trial, position, code="fixed-id")
        elif number and place.prefixes and number[0] not in place.prefixes:
            add_finding(sheet, trial, position, code="foreign-id", params=(("case", "other-unit"),))


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
    cells = sheet.grid.rows[trial.offset]
    raw = cells[at] if at is not None and at < len(cells) else ""
    trial.findings.append(
        (
            position,
            Finding(
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
            ),
        )
    )


# ---- what the sentences of the rules say besides


def _rule_params(rule: Rule, trial: Trial, place: Place, ruling: Ruling) -> tuple[tuple[str, Any], ...]:
    if isinstance(rule.holds, Call):
        return _CALL_PARAMS[rule.holds.function](rule.holds, trial, place, ruling)
    if rule.code == "reviewer":
        return (("case", "self"),)
    names = ("stage_start", "stage_end", "followup_end", "filled_on")
    return tuple((n, v) for n, v in zip(names, place.bounds[:4], strict=True) if v is not None)


def _allowed_reviewers(call: Call, trial: Trial, place: Place, ruling: Ruling) -> tuple[tuple[str, Any], ...]:
    role = trial.values[trial.positions[call.names[1]]]
    return (("allowed", "、".join(reviewers_of(ruling.settings, role))),)


def _allowed_authorities(call: Call, trial: Trial, place: Place, ruling: Ruling) -> tuple[tuple[str, Any], ...]:
    document = trial.values[trial.positions[call.names[1]]]
    return (("allowed", "、".join(authorities_of(ruling.settings, place.unit_kind, document)[0])),)


def _day(call: Call, trial: Trial, place: Place, ruling: Ruling) -> tuple[tuple[str, Any], ...]:
    return (("day", trial.values[trial.positions[call.names[0]]]),)


_CALL_PARAMS: Mapping[str, Callable[[Call, Trial, Place, Ruling], tuple[tuple[str, Any], ...]]] = {
    "reviews": _allowed_reviewers,
    "authority_fits": _allowed_authorities,
    "authority_advised": _allowed_authorities,
    "is_workday": _day,
    "excludes": lambda call, trial, place, ruling: (("case", "helper"),),
    "in_roster": lambda call, trial, place, ruling: (("case", "unit"),),
}


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
