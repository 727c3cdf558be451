"""The cover of a return judged: what its fields say, whether it is of this campaign, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rectify_xl import catalog
from rectify_xl.judging.recognise import CoverCell, Sorted
from rectify_xl.kinds import Reading, as_text
from rectify_xl.layout import cell_name
from rectify_xl.model import Finding, Unit
from rectify_xl.normal import as_typed, key_text, shown, tidy
from rectify_xl.ruling import Ruling

Params = tuple[tuple[str, Any], ...]

# What a blank one of these means is told where campaign and unit are judged.
_UNIT_FIELDS = ("campaign", "unit_code", "unit_name")


@dataclass(slots=True)
class Cover:
    """The cover while it is judged: typed values by field, findings, the unit, and whether rows may be merged."""

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    code: str = ""
    name: str = ""
    kind: str = ""
    merges: bool = True


class RefusedCover(Exception):
    """A cover for which its file is refused; `told` says why, at the field that does it."""

    def __init__(self, told: Finding) -> None:
        super().__init__(told.code)
        self.told = told


def judge_cover(found: Sorted, ruling: Ruling) -> Cover:
    """The cover's values and findings; raises RefusedCover for another campaign or an unknown unit."""
    facts, cells = catalog.cover(), found.cover or {}
    cover = Cover()
    for column in facts.columns:
        cell = cells.get(column.name)
        raw = cell.value if cell else ""
        value = ruling.cover_parsers[column.name](raw) if raw != "" else None
        if isinstance(value, Reading):
            cover.findings.append(cover_finding(found, column.name, value.code, value.params))
            cover.merges = cover.merges and (value.read or column.name != "filled_on")
            is_read, value = value.read, value.value
        else:
            is_read = True
        if is_read and value is None and column.required and column.name not in _UNIT_FIELDS:
            cover.findings.append(_wanting(found, column.name))
        cover.values[column.name] = value
    _judge_campaign(found, cover, ruling)
    _judge_unit(found, cover, ruling)
    bounds = ruling.bounds(cover.values["filled_on"], cover.kind)
    for index in ruling.cover_broken([cover.values[c.name] for c in facts.columns], bounds):
        rule = facts.rules[index]
        told = cover_finding(found, rule.column, rule.code, (("stage_start", ruling.settings.stage_start),))
        cover.findings.append(replace(told, level=rule.level, rule=index))
    return cover


def _judge_campaign(found: Sorted, cover: Cover, ruling: Ruling) -> None:
    named = cover.values["campaign"]
    if named is None:
        cover.findings.append(_wanting(found, "campaign"))
    elif key_text(named) != key_text(ruling.settings.campaign):
        expected = ruling.settings.campaign
        raise RefusedCover(cover_finding(found, "campaign", "other-campaign", (("expected", expected),)))


def _judge_unit(found: Sorted, cover: Cover, ruling: Ruling) -> None:
    code, name, roster = cover.values["unit_code"] or "", cover.values["unit_name"] or "", ruling.roster
    by_code = roster.by_code(code) or roster.by_code(code.upper()) if code else None
    by_name = roster.by_name(name) if name else None
    unit = by_code or by_name
    if roster.is_empty and (code or name):
        unit = Unit(code=code or name, name=name or code)
    if unit is None:
        near = roster.nearest(name)
        case = (("case", "near"), ("suggestion", near)) if near else ()
        said = (("code", shown(code)), ("name", shown(name)))
        raise RefusedCover(cover_finding(found, "unit_code" if code else "unit_name", "unknown-unit", (*case, *said)))
    cover.code, cover.name, cover.kind = unit.code, unit.name, unit.kind
    if not name:
        cover.findings.append(_wanting(found, "unit_name"))
    if not code and roster.is_empty:
        cover.findings.append(_wanting(found, "unit_code"))
    elif not code:
        cover.findings.append(
            cover_finding(found, "unit_code", "fixed-text", (("case", "unit"), ("understood", unit.code)))
        )
    elif by_code and (by_code == by_name or not name) and code != code.upper() == by_code.code:
        cover.findings.append(cover_finding(found, "unit_code", "fixed-text", (("understood", by_code.code),)))
    elif name and not roster.is_empty and not (by_code and by_name and by_code.code == by_name.code):
        told = by_code or unit
        params = (("code", shown(code)), ("name", shown(name)), ("expected", f"{told.code} {told.name}"))
        cover.findings.append(cover_finding(found, "unit_code", "unit-mismatch", params))
        cover.merges = False


def _wanting(found: Sorted, name: str) -> Finding:
    """A field that is asked for and blank, or that says 无 and the like."""
    told = cover_finding(found, name, "required")
    return replace(told, params=(("case", "void"),)) if tidy(told.value) else told


def cover_finding(found: Sorted, name: str, code: str, params: Params = ()) -> Finding:
    """A finding at the value cell of a cover field."""
    column = catalog.cover().column(name)
    cell: CoverCell | None = (found.cover or {}).get(name)
    return Finding(
        level=catalog.codes()[code].level,
        code=code,
        sheet=found.cover_title,
        cell=cell_name(cell.row, cell.column) if cell else "",
        row=cell.row if cell else None,
        column=name,
        label=column.label,
        value=as_typed(as_text(cell.value)) if cell else "",
        params=params,
        form="cover",
    )


def prefixes_of(cover: Cover, ruling: Ruling) -> frozenset[str]:
    """The codes that the unit's numbers may begin with; none where only its name is known.

    Where code and name are two units' the numbers may be either's: one mistake is told once.
    """
    roster, name = ruling.roster, cover.values["unit_name"]
    if roster.is_empty and not cover.values["unit_code"]:
        return frozenset()
    named = roster.by_name(name) if name else None
    codes = {cover.code, named.code if named else cover.code}
    return frozenset(codes).union(*map(roster.prefixes, codes))
