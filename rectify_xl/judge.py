"""One received workbook judged whole: its cover, its unit, its forms, and the verdict on the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from rectify_xl import catalog
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.judge_rows import JudgedSheet, Place, judge_rows
from rectify_xl.judge_sheet import judge_coverage, judge_headings, judge_keys
from rectify_xl.kinds import Reading, as_text
from rectify_xl.layout import cell_name, column_letter, fingerprint, parse_stamp
from rectify_xl.model import Finding, Form, FormRows, Return, Row, Unit, Verdict
from rectify_xl.normal import as_typed, key_text, shown
from rectify_xl.recognise import CoverCell, FormSheet, Sorted, sort_sheets
from rectify_xl.ruling import Ruling
from rectify_xl.trials import one_a_cell, told_once

Params = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A file as it came in: its name as findings tell it, its digest, suffix and size in bytes."""

    file: str
    digest: str = ""
    suffix: str = ""
    size: int = 0


# What a blank one of these means is told where campaign and unit are judged.
_UNIT_FIELDS = ("campaign", "unit_code", "unit_name")


@dataclass(slots=True)
class _Cover:
    """The cover while it is judged: typed values by field, findings, the unit, and whether rows may be merged."""

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    code: str = ""
    name: str = ""
    kind: str = ""
    merges: bool = True


def refused(received: Received, error: Unreadable) -> Return:
    """The return of a file that cannot be read, with the one finding that says why."""
    params = dict(error.params)
    value = str(params.pop("found", ""))
    case = [("case", error.case)] if error.case else []
    told = Finding(level="error", code=error.code, value=value, params=(*case, *params.items()))
    return _return(received, "refused", [told])


def judge_book(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    """The verdict on one workbook with its rows and findings; only whether it is held depends on the day."""
    try:
        return _judge(raw, ruling, received, as_of)
    except Unreadable as error:
        return refused(received, error)


def _judge(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    found = sort_sheets(raw.sheets)
    if not found.forms:
        raise Unreadable("no-form")
    if found.cover is None:
        raise Unreadable("unknown-unit", "no-cover", code="", name="")
    cover = _judge_cover(found, ruling)
    filled_on = cover.values.get("filled_on")
    if filled_on and filled_on > as_of:
        told = _cover_finding(found, "filled_on", "future", (("filled_on", filled_on), ("as_of", as_of)))
        return _return(received, "held", [told], cover, saved=raw.saved)
    for form in {sheet.form.name: sheet.form for sheet in found.forms}.values():
        if form.filled_by == "office" and cover.kind not in ("", catalog.reading().office_kind):
            cover.findings.append(_cover_finding(found, "unit_code", "unit-mismatch", (("case", "office"),)))
            cover.merges = False
    judged = _judge_forms(found.forms, ruling, _place(cover, ruling))
    findings = [*cover.findings, *_about_book(raw, found)]
    forms = []
    for sheets in judged:
        findings += _findings_of(sheets)
        forms.append(_form_rows(sheets))
    findings = one_a_cell(findings)
    verdict: Verdict = "returned" if any(f.level == "error" for f in findings) else "accepted"
    kept = tuple(forms) if cover.merges and filled_on else ()
    is_restricted = any(sheet.form.restricted for sheet in found.forms)
    judged_return = _return(received, verdict, findings, cover, saved=raw.saved)
    return replace(judged_return, forms=kept, is_restricted=is_restricted)


def _return(
    received: Received, verdict: Verdict, findings: Sequence[Finding], cover: _Cover | None = None, *, saved: str = ""
) -> Return:
    cover = cover or _Cover()
    public = [c.name for c in catalog.cover().columns if not c.personal]
    return Return(
        file=received.file,
        digest=received.digest,
        suffix=received.suffix,
        size=received.size,
        verdict=verdict,
        unit_code=cover.code,
        unit_name=cover.name,
        filled_on=cover.values.get("filled_on"),
        saved=saved,
        cover={n: as_text(cover.values[n]) for n in public if cover.values.get(n) is not None},
        findings=tuple(replace(f, file=received.file) for f in findings),
    )


def _place(cover: _Cover, ruling: Ruling) -> Place:
    stage, filled_on = ruling.settings.stage_start, cover.values.get("filled_on")
    dated = stage or filled_on
    return Place(
        unit_code=cover.code,
        unit_kind=cover.kind,
        prefixes=_prefixes(cover, ruling),
        bounds=ruling.bounds(filled_on, cover.kind),
        year=dated.year if dated else None,
    )


def _prefixes(cover: _Cover, ruling: Ruling) -> frozenset[str]:
    """The codes that the unit's numbers may begin with; none where only its name is known."""
    if ruling.roster.is_empty and not cover.values["unit_code"]:
        return frozenset()
    return frozenset({cover.code}) | ruling.roster.prefixes(cover.code)


# ---- the cover and the unit


def _judge_cover(found: Sorted, ruling: Ruling) -> _Cover:
    """The cover's values and findings; raises Unreadable for another campaign and for an unknown unit."""
    facts, cells = catalog.cover(), found.cover or {}
    cover = _Cover()
    for column in facts.columns:
        cell = cells.get(column.name)
        raw = cell.value if cell else ""
        value = ruling.cover_parsers[column.name](raw) if raw != "" else None
        if isinstance(value, Reading):
            cover.findings.append(_cover_finding(found, column.name, value.code, value.params))
            cover.merges = cover.merges and (value.read or column.name != "filled_on")
            is_read, value = value.read, value.value
        else:
            is_read = True
        if is_read and value is None and column.required and column.name not in _UNIT_FIELDS:
            cover.findings.append(_cover_finding(found, column.name, "required"))
        cover.values[column.name] = value
    _judge_campaign(found, cover, ruling)
    _judge_unit(found, cover, ruling)
    bounds = ruling.bounds(cover.values["filled_on"], cover.kind)
    for index in ruling.cover_broken([cover.values[c.name] for c in facts.columns], bounds):
        rule = facts.rules[index]
        told = _cover_finding(found, rule.column, rule.code, (("stage_start", ruling.settings.stage_start),))
        cover.findings.append(replace(told, level=rule.level, rule=index))
    return cover


def _judge_campaign(found: Sorted, cover: _Cover, ruling: Ruling) -> None:
    named = cover.values["campaign"]
    if named is None:
        cover.findings.append(_cover_finding(found, "campaign", "required"))
    elif key_text(named) != key_text(ruling.settings.campaign):
        raise Unreadable("other-campaign", expected=ruling.settings.campaign, found=shown(named))


def _judge_unit(found: Sorted, cover: _Cover, ruling: Ruling) -> None:
    code, name, roster = cover.values["unit_code"] or "", cover.values["unit_name"] or "", ruling.roster
    by_code, by_name = (roster.by_code(code) if code else None), (roster.by_name(name) if name else None)
    unit = by_code or by_name
    if roster.is_empty and (code or name):
        unit = Unit(code=code or name, name=name or code)
    if unit is None:
        near = roster.nearest(name)
        raise Unreadable("unknown-unit", "near" if near else "", code=shown(code), name=shown(name), suggestion=near)
    cover.code, cover.name, cover.kind = unit.code, unit.name, unit.kind
    if not name:
        cover.findings.append(_cover_finding(found, "unit_name", "required"))
    if not code and roster.is_empty:
        cover.findings.append(_cover_finding(found, "unit_code", "required"))
    elif not code:
        cover.findings.append(
            _cover_finding(found, "unit_code", "fixed-text", (("case", "unit"), ("understood", unit.code)))
        )
    elif name and not roster.is_empty and not (by_code and by_name and by_code.code == by_name.code):
        told = by_code or unit
        params = (("code", shown(code)), ("name", shown(name)), ("expected", f"{told.code} {told.name}"))
        cover.findings.append(_cover_finding(found, "unit_code", "unit-mismatch", params))
        cover.merges = False


def _cover_finding(found: Sorted, name: str, code: str, params: Params = ()) -> Finding:
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


# ---- the forms


def _judge_forms(sheets: Sequence[FormSheet], ruling: Ruling, place: Place) -> list[list[JudgedSheet]]:
    """The judged sheets by form, in the order of the workbook; two sheets of one form are read as one."""
    by_form: dict[str, list[JudgedSheet]] = {}
    for sheet in sheets:
        judged = judge_rows(sheet, ruling, place)
        judge_headings(judged, ruling.plan(sheet.form, place.year))
        by_form.setdefault(sheet.form.name, []).append(judged)
    for group in by_form.values():
        judge_keys(group)
        judge_coverage(group)
        for twin in group[1:]:
            params = (("other", group[0].sheet.grid.title),)
            title = twin.sheet.grid.title
            twin.told.append(
                Finding(level="warning", code="twin-sheet", sheet=title, params=params, form=twin.sheet.form.name)
            )
    return list(by_form.values())


def _findings_of(sheets: Sequence[JudgedSheet]) -> list[Finding]:
    """The findings of one form's sheets in the order of the sheet; of a restricted form without any value."""
    told = [f for judged in sheets for f in (*judged.told, *(f for t in judged.trials for f in told_once(t)))]
    if not sheets[0].sheet.form.restricted:
        return told
    return [replace(f, value="", params=tuple(p for p in f.params if p[0] in _HARMLESS)) for f in told]


_HARMLESS = ("case", "other_row", "other_sheet", "label", "low", "high", "rows", "count", "filled_on")


def _form_rows(sheets: Sequence[JudgedSheet]) -> FormRows:
    form = sheets[0].sheet.form
    good: list[Row] = []
    bad: list[Row] = []
    for judged in sheets:
        for trial in judged.trials:
            row = judged.row_of(trial)
            if form.restricted:
                row = Row(row.sheet, row.row, ())
            (bad if trial.is_bad or judged.all_wait else good).append(row)
    return FormRows(form=form.name, good=tuple(good), bad=tuple(bad), letters=_letters(sheets))


def _letters(sheets: Sequence[JudgedSheet]) -> Mapping[str, tuple[str, ...]]:
    made = {}
    for judged in sheets:
        sheet, at = judged.sheet, judged.sheet.offsets
        names = [c.name for c in sheet.form.columns]
        first = sheet.grid.first_column
        made[sheet.grid.title] = tuple(column_letter(first + at[n]) if n in at else "" for n in names)
    return made


def _about_book(raw: RawBook, found: Sorted) -> list[Finding]:
    """What is told of the workbook as a whole: an old template, macros, links, sheets that are none of ours."""
    told = [
        Finding(level="warning", code=code)
        for code, there in (("macros", raw.has_macros), ("external-links", raw.has_external_links))
        if there
    ]
    editions = parse_stamp(found.stamp) or {}
    for form in {sheet.form.name: sheet.form for sheet in found.forms}.values():
        if form.name in editions and _is_old(form, editions[form.name]):
            params = (("found", str(editions[form.name][0])), ("current", str(form.version)))
            told.append(Finding(level="warning", code="old-template", params=params, form=form.name))
            break
    told += [Finding(level="warning", code="extra-sheet", sheet=grid.title) for grid in found.others]
    return told


def _is_old(form: Form, edition: tuple[int, str]) -> bool:
    return edition != (form.version, _fingerprint(form.name)[:8])


@cache
def _fingerprint(form: str) -> str:
    return fingerprint(catalog.forms()[form])
