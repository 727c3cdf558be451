"""The rows of one form sheet judged: raw cells become typed rows, and every trouble a finding at its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rectify_xl.expression import Call
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.judging.row_cells import RowReader
from rectify_xl.judging.trials import Trial, add_finding
from rectify_xl.kinds import as_text, item_number
from rectify_xl.model import Finding, Row, Rule
from rectify_xl.normal import as_typed, tidy
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
class JudgedSheet:
    """A form sheet after judging: its rows in order, and the findings about the sheet itself."""

    sheet: FormSheet
    trials: list[Trial]
    missing: frozenset[str]
    told: list[Finding] = field(default_factory=list)
    all_wait: bool = False

    def row_of(self, trial: Trial, *, is_bad: bool) -> Row:
        """The row as it goes on: bad rows carry what was typed."""
        if not is_bad:
            return Row(self.sheet.grid.title, trial.row, tuple(trial.values))
        cells = self.sheet.grid.rows[trial.offset]
        at = self.sheet.offsets
        names = [c.name for c in self.sheet.form.columns]
        typed = tuple(as_typed(as_text(cells[at[n]])) if n in at and at[n] < len(cells) else "" for n in names)
        return Row(self.sheet.grid.title, trial.row, tuple(trial.values), typed)


def judge_rows(sheet: FormSheet, ruling: Ruling, place: Place) -> JudgedSheet:
    """Judges every row of a form sheet by the rules that need no other row; keys and headings: see `sheet`."""
    plan = ruling.plan(sheet.form, place.year)
    positions = sheet.form.positions
    judged = JudgedSheet(sheet=sheet, trials=[], missing=frozenset(positions) - set(sheet.offsets))
    absent = {positions[name] for name in judged.missing}
    wanted = tuple(p for p in plan.required if p not in absent)
    assigned = tuple(position for position, column in enumerate(sheet.form.columns) if column.assigned)
    coded = _columns_of_units(sheet)
    is_whole, broken, bounds = plan.is_whole, plan.broken, place.bounds
    for block in RowReader(sheet, plan, ruling.settings.lists).blocks():
        judged.trials += block
        for trial in block:
            if not is_whole(trial.values, bounds):
                _judge_filled(sheet, trial, wanted)
            for position in assigned:
                if trial.values[position] is not None:
                    _judge_number(sheet, trial, position, place)
            for position in coded:
                _judge_unit(sheet, trial, position, ruling)
            if found := broken(trial.values, bounds):
                sure = [index for index in found if not plan.reads[index] & (trial.unread | absent)]
                _judge_rules(sheet, trial, sure, place, ruling)
    return judged


def _judge_filled(sheet: FormSheet, trial: Trial, wanted: Sequence[int]) -> None:
    """Tells the required cells that are blank."""
    for position in wanted:
        if trial.values[position] is None and position not in trial.unread:
            add_finding(sheet, trial, position, code="required", params=_typed_nothing(sheet, trial, position))


def _judge_rules(sheet: FormSheet, trial: Trial, broken: Sequence[int], place: Place, ruling: Ruling) -> None:
    """Tells the rules that a row breaks."""
    for index in broken:
        rule = sheet.form.rules[index]
        position = sheet.form.positions[rule.column]
        void = _typed_nothing(sheet, trial, position) if rule.code == "required-when" else ()
        params = (*void, *_rule_params(rule, trial, place, ruling))
        add_finding(sheet, trial, position, rule=rule, params=params)


def _typed_nothing(sheet: FormSheet, trial: Trial, position: int) -> tuple[tuple[str, Any], ...]:
    """The case of a cell that is wanting though something was typed: 无, or 长期坚持 for a day."""
    raw = sheet.typed(trial.offset, sheet.form.columns[position].name)
    return (("case", "void"),) if isinstance(raw, str) and tidy(raw) else ()


def _judge_number(sheet: FormSheet, trial: Trial, position: int, place: Place) -> None:
    """A 编号 with another unit's prefix is foreign; with another form's letter it is none of ours."""
    number = item_number(trial.values[position])
    if number and number[1] != sheet.form.id_letter:
        trial.values[position] = None
        _tell_instead(sheet, trial, position, "fixed-id")
    elif number and place.prefixes and number[0] not in place.prefixes:
        if own := [prefix for prefix in place.prefixes if prefix.casefold() == number[0].casefold()]:
            trial.values[position] = own[0] + trial.values[position].removeprefix(number[0])
            _tell_instead(sheet, trial, position, "fixed-text", ("understood", trial.values[position]))
        else:
            add_finding(sheet, trial, position, code="foreign-id", params=(("case", "other-unit"),))


def _columns_of_units(sheet: FormSheet) -> list[int]:
    """The columns that must hold a unit's code."""
    calls = [rule.holds for rule in sheet.form.rules if isinstance(rule.holds, Call)]
    return [sheet.form.positions[call.names[0]] for call in calls if call.function == "in_roster"]


def _judge_unit(sheet: FormSheet, trial: Trial, position: int, ruling: Ruling) -> None:
    """A unit's code in small letters is that unit's, as it is on a cover."""
    code, roster = trial.values[position], ruling.roster
    if code is not None and not roster.by_code(code) and (unit := roster.by_code(code.upper())):
        trial.values[position] = unit.code
        _tell_instead(sheet, trial, position, "fixed-text", ("understood", unit.code))


def _tell_instead(sheet: FormSheet, trial: Trial, position: int, code: str, *params: tuple[str, Any]) -> None:
    """Tells what a cell comes to at last, in place of what was understood of it first."""
    trial.findings = tuple(told for told in trial.findings if told[0] != position)
    add_finding(sheet, trial, position, code=code, params=params)


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
