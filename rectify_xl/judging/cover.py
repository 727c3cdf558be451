"""The cover of a return judged: its fields, its campaign and its unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.judging.recognise import CoverCell, SortedSheets
from rectify_xl.kinds import Reading, as_text, from_1904
from rectify_xl.layouts.layout import cell_name
from rectify_xl.model import COVER, Finding, Params, Unit
from rectify_xl.normal import as_typed, key_text, shown, tidy
from rectify_xl.office.ruling import Ruling

# Whether one of these may be blank is judged with the campaign and the unit.
_UNIT_FIELDS = ("campaign", "unit_code", "unit_name")


@dataclass(slots=True)
class Cover:
    """The cover while it is judged: typed values by field, findings, its unit, and whether its rows may be merged."""

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unit_code: str = ""
    unit_name: str = ""
    unit_kind: str = ""
    allows_merge: bool = True


class RefusedCover(Exception):
    """A cover for which its file is refused, with the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def judge_cover(sheets: SortedSheets, ruling: Ruling) -> Cover:
    """The cover's values and findings; raises RefusedCover for another campaign or an unknown unit."""
    facts, cells = catalog.cover(), sheets.cover or {}
    cover = Cover()
    for column in facts.columns:
        cell = cells.get(column.name)
        raw = cell.value if cell else ""
        value = ruling.cover_parsers[column.name](raw) if raw != "" else None
        is_readable = True
        if isinstance(value, Reading):
            value = from_1904(raw, value) if cell and cell.counts_from_1904 else value
            cover.findings.append(cover_finding(sheets, column.name, value.code, value.params))
            is_readable, value = value.read, value.value
            if column.name == "filled_on" and not is_readable:
                cover.allows_merge = False
        if is_readable and value is None and column.required and column.name not in _UNIT_FIELDS:
            cover.findings.append(_required_finding(sheets, column.name))
        cover.values[column.name] = value
    _judge_campaign(sheets, cover, ruling)
    _judge_unit(sheets, cover, ruling)
    bounds = ruling.bounds(cover.values["filled_on"], cover.unit_kind)
    for index in ruling.cover_broken([cover.values[c.name] for c in facts.columns], bounds):
        rule = facts.rules[index]
        finding = cover_finding(sheets, rule.column, rule.code, (("stage_start", ruling.settings.stage_start),))
        cover.findings.append(replace(finding, level=rule.level, rule=index))
    return cover


def _judge_campaign(sheets: SortedSheets, cover: Cover, ruling: Ruling) -> None:
    campaign, expected = cover.values["campaign"], ruling.settings.campaign
    if campaign is None:
        cover.findings.append(_required_finding(sheets, "campaign"))
    elif key_text(campaign) != key_text(expected):
        raise RefusedCover(cover_finding(sheets, "campaign", "other-campaign", (("expected", expected),)))


def _judge_unit(sheets: SortedSheets, cover: Cover, ruling: Ruling) -> None:
    code, name, roster = cover.values["unit_code"] or "", cover.values["unit_name"] or "", ruling.roster
    by_code = roster.meant_by(code) if code else None
    by_name = roster.by_name(name) if name else None
    unit = by_code or by_name
    if roster.is_empty and (code or name):
        unit = Unit(code=code or name, name=name or code)
    if unit is None:
        near = roster.nearest(name) or roster.near_code(code)
        case = (("case", "near"), ("suggestion", near)) if near else () if code or name else (("case", "blank"),)
        params: Params = (*case, ("code", shown(code)), ("name", shown(name)))
        raise RefusedCover(cover_finding(sheets, "unit_code" if code else "unit_name", "unknown-unit", params))
    cover.unit_code, cover.unit_name, cover.unit_kind = unit.code, unit.name, unit.kind
    if not name:
        cover.findings.append(_required_finding(sheets, "unit_name"))
    if not code and roster.is_empty:
        cover.findings.append(_required_finding(sheets, "unit_code"))
    elif not code:
        params = (("case", "unit"), ("understood", unit.code))
        cover.findings.append(cover_finding(sheets, "unit_code", "fixed-text", params))
    elif by_code and (by_code == by_name or not name) and roster.by_code(code) is None:
        params = (("case", "code"), ("understood", by_code.code))
        cover.findings = [finding for finding in cover.findings if finding.column != "unit_code"]
        cover.findings.append(cover_finding(sheets, "unit_code", "fixed-text", params))
    elif name and not roster.is_empty and not (by_code and by_name and by_code.code == by_name.code):
        params = (("code", shown(code)), ("name", shown(name)), ("expected", f"{unit.code} {unit.name}"))
        cover.findings.append(cover_finding(sheets, "unit_code", "unit-mismatch", params))
        cover.allows_merge = False


def _required_finding(sheets: SortedSheets, name: str) -> Finding:
    """The finding of a required field that is blank, or says 无 or the like."""
    finding = cover_finding(sheets, name, "required")
    return replace(finding, params=(("case", "void"),)) if tidy(finding.value) else finding


def cover_finding(sheets: SortedSheets, name: str, code: str, params: Params = ()) -> Finding:
    """A finding at the value cell of a cover field."""
    column = catalog.cover().column(name)
    cell: CoverCell | None = (sheets.cover or {}).get(name)
    return Finding(
        level=catalog.codes()[code].level,
        code=code,
        sheet=sheets.cover_title,
        cell=cell_name(cell.row, cell.column) if cell else "",
        row=cell.row if cell else None,
        column=name,
        label=column.label,
        value=as_typed(as_text(cell.value)) if cell else "",
        params=params,
        form=COVER,
    )


def prefixes_of(cover: Cover, ruling: Ruling) -> frozenset[str]:
    """The codes that the unit's numbers may begin with; none where only its name is known.

    Where code and name are those of two units, the numbers may be of either: that mistake is found on the cover alone.
    """
    roster, name = ruling.roster, cover.values["unit_name"]
    if roster.is_empty and not cover.values["unit_code"]:
        return frozenset()
    named = roster.by_name(name) if name else None
    codes = {cover.unit_code, named.code if named else cover.unit_code}
    return frozenset(codes).union(*map(roster.prefixes, codes))
