"""The rows of one form sheet judged: raw cells become typed values, and what is wrong a finding at its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rectify_xl.judging.judged_row import JudgedRow, add_finding
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.judging.row_cells import RowReader
from rectify_xl.kinds import as_text, item_number, understood_number
from rectify_xl.model import Finding, Params, Row, Rule
from rectify_xl.normal import as_typed, tidy
from rectify_xl.office.ruling import Ruling, authorities_of, reviewers_of
from rectify_xl.rules.expression import Call


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitContext:
    """What rows are judged by besides the settings: their unit, and the bounds (see `Ruling.bounds`) for its rules.

    The unit's numbers begin with one of `prefixes` (none: not judged); dates without a year are of `year`.
    """

    unit_kind: str
    prefixes: frozenset[str]
    bounds: tuple[Any, ...]
    year: int | None


@dataclass(slots=True)
class JudgedSheet:
    """A form sheet after judging: its rows in order, the columns it lacks, and the findings about the sheet itself.

    Where `all_wait` none of its rows may be merged.
    """

    sheet: FormSheet
    rows: list[JudgedRow]
    missing: frozenset[str]
    findings: list[Finding] = field(default_factory=list)
    all_wait: bool = False

    def final_row(self, row: JudgedRow, *, is_bad: bool) -> Row:
        """The row as the return holds it: a bad one also with its cells as typed."""
        title, values = self.sheet.grid.title, tuple(row.values)
        if not is_bad:
            return Row(title, row.row, values)
        raw_values = [self.sheet.raw_value(row.line, column.name) for column in self.sheet.form.columns]
        return Row(title, row.row, values, tuple(as_typed(as_text(raw)) for raw in raw_values))


def judge_rows(sheet: FormSheet, ruling: Ruling, context: UnitContext) -> JudgedSheet:
    """Judges every row of a form sheet by the rules that need no other row; keys and headings: see `sheet`."""
    plan = ruling.plan(sheet.form, context.year)
    positions = sheet.form.positions
    judged = JudgedSheet(sheet=sheet, rows=[], missing=frozenset(positions) - set(sheet.offsets))
    missing = {positions[name] for name in judged.missing}
    required = tuple(p for p in plan.required if p not in missing)
    assigned = tuple(position for position, column in enumerate(sheet.form.columns) if column.assigned)
    unit_codes = _unit_code_positions(sheet)
    referred = tuple(positions[rule.column] for rule in sheet.form.rules if rule.between)
    is_whole, broken, bounds = plan.is_whole, plan.broken, context.bounds
    for block in RowReader(sheet, plan, ruling.settings.lists).blocks():
        judged.rows += block
        for row in block:
            if not is_whole(row.values, bounds):
                _judge_required(sheet, row, required)
            for position in assigned:
                if row.values[position] is not None:
                    _judge_number(sheet, row, position, context)
            for position in unit_codes:
                _judge_unit_code(sheet, row, position, ruling)
            for position in referred:
                _judge_referred_number(sheet, row, position, ruling)
            if indices := broken(row.values, bounds):
                unreadable = row.unread | missing
                judgeable = [index for index in indices if plan.reads[index].isdisjoint(unreadable)]
                _add_broken_rules(sheet, row, judgeable, context, ruling)
    return judged


def _judge_required(sheet: FormSheet, row: JudgedRow, required: Sequence[int]) -> None:
    for position in required:
        if row.values[position] is None and position not in row.unread:
            add_finding(sheet, row, position, code="required", params=_void_case(sheet, row, position))


def _add_broken_rules(
    sheet: FormSheet, row: JudgedRow, broken: Sequence[int], context: UnitContext, ruling: Ruling
) -> None:
    for index in broken:
        rule = sheet.form.rules[index]
        position = sheet.form.positions[rule.column]
        void = _void_case(sheet, row, position) if rule.code == "required-when" else ()
        add_finding(sheet, row, position, rule=rule, params=(*void, *_rule_params(rule, row, context, ruling)))


def _void_case(sheet: FormSheet, row: JudgedRow, position: int) -> Params:
    """The case of a cell that counts as blank although something was typed: 无, or 长期坚持 for a day."""
    raw = sheet.raw_value(row.line, sheet.form.columns[position].name)
    return (("case", "void"),) if isinstance(raw, str) and tidy(raw) else ()


def _judge_number(sheet: FormSheet, row: JudgedRow, position: int, context: UnitContext) -> None:
    """Judges a 编号: with another form's letter it is dropped, with another unit's prefix it is foreign."""
    number = item_number(row.values[position])
    if number and number[1] != sheet.form.id_letter:
        row.values[position] = None
        _replace_findings(sheet, row, position, "fixed-id")
    elif number and context.prefixes and number[0] not in context.prefixes:
        if own := [prefix for prefix in context.prefixes if prefix.casefold() == number[0].casefold()]:
            row.values[position] = own[0] + row.values[position].removeprefix(number[0])
            _replace_findings(sheet, row, position, "fixed-text", ("understood", row.values[position]))
        else:
            add_finding(sheet, row, position, code="foreign-id", params=(("case", "other-unit"),))


def _unit_code_positions(sheet: FormSheet) -> list[int]:
    """The positions of the columns that must hold a unit's code."""
    calls = [rule.holds for rule in sheet.form.rules if isinstance(rule.holds, Call)]
    return [sheet.form.positions[call.names[0]] for call in calls if call.function == "in_roster"]


def _judge_unit_code(sheet: FormSheet, row: JudgedRow, position: int, ruling: Ruling) -> None:
    """Understands a unit's code in other letters or without its first zeros, as on a cover."""
    code, roster = row.values[position], ruling.roster
    if code is not None and not roster.by_code(code) and (unit := roster.meant_by(code)):
        row.values[position] = unit.code
        _replace_findings(sheet, row, position, "fixed-text", ("case", "code"), ("understood", unit.code))


def _judge_referred_number(sheet: FormSheet, row: JudgedRow, position: int, ruling: Ruling) -> None:
    """Understands the 编号 of an item that a row is about as in its own form: in small letters, with another dash."""
    typed, roster = row.values[position], ruling.roster
    if typed is None or not (number := understood_number(typed)):
        return
    prefix = number.rpartition("-")[0]
    unit = roster.meant_by(prefix)
    number = number if unit is None else unit.code + number.removeprefix(prefix)
    if number != typed:
        row.values[position] = number
        _replace_findings(sheet, row, position, "fixed-text", ("understood", number))


def _replace_findings(sheet: FormSheet, row: JudgedRow, position: int, code: str, *params: tuple[str, Any]) -> None:
    """Replaces a cell's findings by one that says what it was understood as in the end."""
    row.findings = tuple(entry for entry in row.findings if entry[0] != position)
    add_finding(sheet, row, position, code=code, params=params)


# ---- what the sentences of the rules are filled with


def _rule_params(rule: Rule, row: JudgedRow, context: UnitContext, ruling: Ruling) -> Params:
    if isinstance(rule.holds, Call):
        return _CALL_PARAMS[rule.holds.function](rule.holds, row, context, ruling)
    if rule.code == "reviewer":
        return (("case", "self"),)
    names = ("stage_start", "stage_end", "followup_end", "filled_on")
    return tuple((n, v) for n, v in zip(names, context.bounds[:4], strict=True) if v is not None)


def _allowed_reviewers(call: Call, row: JudgedRow, context: UnitContext, ruling: Ruling) -> Params:
    role = row.values[row.positions[call.names[1]]]
    return (("allowed", "、".join(reviewers_of(ruling.settings, role))),)


def _allowed_authorities(call: Call, row: JudgedRow, context: UnitContext, ruling: Ruling) -> Params:
    document = row.values[row.positions[call.names[1]]]
    return (("allowed", "、".join(authorities_of(ruling.settings, context.unit_kind, document)[0])),)


def _day(call: Call, row: JudgedRow, context: UnitContext, ruling: Ruling) -> Params:
    return (("day", row.values[row.positions[call.names[0]]]),)


_CALL_PARAMS: Mapping[str, Callable[[Call, JudgedRow, UnitContext, Ruling], Params]] = {
    "reviews": _allowed_reviewers,
    "authority_fits": _allowed_authorities,
    "authority_advised": _allowed_authorities,
    "is_workday": _day,
    "excludes": lambda call, row, context, ruling: (("case", "helper"),),
    "in_roster": lambda call, row, context, ruling: (("case", "unit"),),
}
