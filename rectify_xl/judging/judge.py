"""One received workbook judged whole: its cover, its unit, its forms, and the verdict on the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from string import ascii_uppercase

from rectify_xl.facts import catalog
from rectify_xl.facts.in_force import kept_by_forms, under_settings
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.judging.cover import Cover, RefusedCover, cover_finding, judge_cover, prefixes_of
from rectify_xl.judging.judged_row import findings_of_row, one_per_cell
from rectify_xl.judging.recognise import FormSheet, SortedSheets, is_ledger, sort_sheets
from rectify_xl.judging.rows import JudgedSheet, UnitContext, judge_rows
from rectify_xl.judging.sheet import judge_coverage, judge_headings, judge_keys
from rectify_xl.judging.waive_rows import waive_rows
from rectify_xl.kinds import as_text
from rectify_xl.layouts.layout import column_letter, fingerprint, parse_stamp
from rectify_xl.model import Finding, Form, FormRows, Params, Return, Row, Verdict
from rectify_xl.normal import shown
from rectify_xl.office.ruling import Ruling
from rectify_xl.office.waivers import Matter, waived


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A file as it came in: its name for findings, its digest, its suffix, its size in bytes."""

    file: str
    digest: str = ""
    suffix: str = ""
    size: int = 0


def refused(received: Received, error: Unreadable) -> Return:
    """The return of a file that cannot be read, with the one finding that says why."""
    params = dict(error.params)
    value = str(params.pop("found", ""))
    case = [("case", error.case)] if error.case else []
    finding = Finding(level="error", code=error.code, value=value, params=(*case, *params.items()))
    return _return(received, "refused", [finding])


@under_settings
def judge_book(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    """The verdict on one workbook with its rows and findings; only whether it is held depends on the day."""
    try:
        return _judge(raw, ruling, received, as_of)
    except RefusedCover as refusal:
        return _return(received, "refused", [refusal.finding])
    except Unreadable as error:
        return refused(received, error)


def _judge(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    if is_ledger(raw):
        return _judge_ledger(raw, ruling, received, as_of)
    sheets = sort_sheets(raw.sheets)
    if not sheets.forms:
        raise Unreadable("no-form")
    if sheets.cover is None:
        raise Unreadable("unknown-unit", "no-cover", code="", name="")
    cover = judge_cover(sheets, ruling)
    filled_on = cover.values.get("filled_on")
    if filled_on and filled_on > as_of:
        finding = cover_finding(sheets, "filled_on", "future", (("filled_on", filled_on), ("as_of", as_of)))
        return _return(received, "held", [finding], cover, saved=raw.saved)
    matter = Matter(digest=received.digest, filled_on=filled_on)
    if waiver := ruling.waivers.find(cover.unit_code, "", matter):
        finding = waived(Finding(level="warning", code="not-counted"), waiver)
        return _return(received, "ignored", [finding], cover, saved=raw.saved)
    judged_forms = _judge_forms(sheets.forms, ruling, _unit_context(cover, ruling))
    if cover.unit_kind not in ("", catalog.reading().office_kind) and _has_office_rows(judged_forms):
        cover.findings.append(cover_finding(sheets, "unit_code", "unit-mismatch", (("case", "office"),)))
        cover.allows_merge = False
    _waive_cover(cover, ruling, matter)
    for judged in judged_forms if ruling.waivers.by_rule else ():
        waive_rows(judged, ruling.waivers, cover.unit_code, matter)
    findings = [*cover.findings]
    findings += [ruling.waivers.apply(cover.unit_code, f, matter) for f in _book_findings(raw, sheets)]
    for judged in judged_forms:
        findings += _form_findings(judged)
    findings = _place_external_link(one_per_cell(findings), raw.external_link)
    verdict: Verdict = "returned" if any(f.level == "error" for f in findings) else "accepted"
    return replace(
        _return(received, verdict, findings, cover, saved=raw.saved),
        forms=tuple(map(_form_rows, judged_forms)) if cover.allows_merge and filled_on else (),
        is_restricted=any(sheet.form.restricted for sheet in sheets.forms),
    )


@under_settings
def restricted_rows(raw: RawBook, ruling: Ruling) -> tuple[FormRows, ...]:
    """The rows of a workbook's restricted forms with their values, for the encrypted register alone.

    Only for a workbook that `judge_book` did not refuse.
    """
    sheets = sort_sheets(raw.sheets)
    context = _unit_context(judge_cover(sheets, ruling), ruling)
    restricted = [sheet for sheet in sheets.forms if sheet.form.restricted]
    return tuple(_form_rows(judged, shows_restricted=True) for judged in _judge_forms(restricted, ruling, context))


def _judge_ledger(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    """The verdict on an office's ledger, which has no cover: its 填报日期 is the day that it was made for."""
    from rectify_xl.judging.ledger import judge_ledger  # few workbooks are one

    judged = judge_ledger(raw, ruling, received.file)
    unit = ruling.roster.by_name(judged.organisation)
    cover = Cover(
        values={"filled_on": judged.as_of},
        unit_code=unit.code if unit else "",
        unit_name=unit.name if unit else judged.organisation,
    )
    if judged.as_of and judged.as_of > as_of:
        sheet, row = judged.as_of_cell
        params = (("filled_on", judged.as_of), ("as_of", as_of))
        finding = Finding(level="warning", code="future", sheet=sheet, row=row, params=params)
        return _return(received, "held", [finding], cover, saved=raw.saved)
    if waiver := ruling.waivers.find_file(Matter(digest=received.digest, filled_on=judged.as_of)):
        finding = waived(Finding(level="warning", code="not-counted"), waiver)
        return _return(received, "ignored", [finding], cover, saved=raw.saved)
    verdict: Verdict = "returned" if any(f.level == "error" for f in judged.findings) else "accepted"
    good: dict[str, list[Row]] = {}
    for ledger_row in judged.rows:
        good.setdefault(ledger_row.item.form, []).append(Row(ledger_row.sheet, ledger_row.row, ()))
    forms = tuple(
        FormRows(form=form, good=tuple(good.get(form, ())), bad=tuple(judged.bad.get(form, ())))
        for form in catalog.forms()
        if form in good or form in judged.bad
    )
    judged_return = _return(received, verdict, judged.findings, cover, saved=raw.saved)
    return replace(judged_return, forms=forms, ledger=judged.to_ledger())


def _has_office_rows(judged_forms: Sequence[Sequence[JudgedSheet]]) -> bool:
    """Whether some row stands on a form that only the office fills in."""
    return any(sheets[0].sheet.form.filled_by == "office" and any(j.rows for j in sheets) for sheets in judged_forms)


def _waive_cover(cover: Cover, ruling: Ruling, matter: Matter) -> None:
    """Turns the cover's waived findings into warnings; after a waived unit-mismatch its code's unit counts."""
    was_mismatched = any(f.code == "unit-mismatch" for f in cover.findings)
    cover.findings = [ruling.waivers.apply(cover.unit_code, f, matter) for f in cover.findings]
    if was_mismatched and not any(f.code == "unit-mismatch" and f.level == "error" for f in cover.findings):
        cover.allows_merge = True


def _return(
    received: Received, verdict: Verdict, findings: Sequence[Finding], cover: Cover | None = None, *, saved: str = ""
) -> Return:
    cover = cover or Cover()
    public_fields = [c.name for c in catalog.cover().columns if not c.personal]
    return Return(
        file=received.file,
        digest=received.digest,
        suffix=received.suffix,
        size=received.size,
        verdict=verdict,
        unit_code=cover.unit_code,
        unit_name=cover.unit_name,
        filled_on=cover.values.get("filled_on"),
        saved=saved,
        cover={n: as_text(cover.values[n]) for n in public_fields if cover.values.get(n) is not None},
        findings=tuple(replace(f, file=received.file) for f in findings),
    )


def _unit_context(cover: Cover, ruling: Ruling) -> UnitContext:
    filled_on = cover.values.get("filled_on")
    dated_by = ruling.settings.stage_start or filled_on
    return UnitContext(
        unit_kind=cover.unit_kind,
        prefixes=prefixes_of(cover, ruling),
        bounds=ruling.bounds(filled_on, cover.unit_kind),
        year=dated_by.year if dated_by else None,
    )


# ---- the forms


def _judge_forms(sheets: Sequence[FormSheet], ruling: Ruling, context: UnitContext) -> list[list[JudgedSheet]]:
    """The judged sheets by form, in the order of the workbook; two sheets of one form are read as one."""
    by_form: dict[str, list[JudgedSheet]] = {}
    for sheet in sheets:
        judged = judge_rows(sheet, ruling, context)
        judge_headings(judged, ruling.plan(sheet.form, context.year))
        by_form.setdefault(sheet.form.name, []).append(judged)
    for judged_sheets in by_form.values():
        judge_keys(judged_sheets)
        judge_coverage(judged_sheets)
        first, *twins = judged_sheets
        for twin in twins:
            title, params = twin.sheet.grid.title, (("other", first.sheet.grid.title),)
            finding = Finding(level="warning", code="twin-sheet", sheet=title, params=params, form=twin.sheet.form.name)
            twin.findings.append(finding)
    return list(by_form.values())


# Findings of a restricted form keep their cells, labels and bounds, but nothing that was typed.
_CELL_PARAMS = ("case", "other_row", "other_sheet", "label", "other_label", "source")
_HARMLESS_PARAMS = frozenset((*_CELL_PARAMS, "low", "high", "options", "rows", "count", "filled_on", "stage_end"))


def _form_findings(sheets: Sequence[JudgedSheet]) -> list[Finding]:
    """The findings of one form's sheets in the order of the sheets; of a restricted form without any value."""
    findings: list[Finding] = []
    for judged in sheets:
        findings += judged.findings
        for row in judged.rows:
            if row.findings:
                findings += findings_of_row(row)
    if not sheets[0].sheet.form.restricted:
        return findings
    return [replace(finding, value="", params=_harmless(finding)) for finding in findings]


def _harmless(finding: Finding) -> Params:
    """The params without what was typed, and without an error's case that is about nothing else."""
    kept = tuple(param for param in finding.params if param[0] in _HARMLESS_PARAMS)
    if finding.level == "error" and len(kept) < len(finding.params):
        return tuple(param for param in kept if param[0] != "case")
    return kept


def _form_rows(sheets: Sequence[JudgedSheet], *, shows_restricted: bool = False) -> FormRows:
    form = sheets[0].sheet.form
    good: list[Row] = []
    bad: list[Row] = []
    for judged in sheets:
        for row in judged.rows:
            is_bad = judged.all_wait or row.is_bad
            final_row = judged.final_row(row, is_bad=is_bad)
            if form.restricted and not shows_restricted:
                final_row = Row(final_row.sheet, final_row.row, ())
            (bad if is_bad else good).append(final_row)
    return FormRows(form=form.name, good=tuple(good), bad=tuple(bad), letters=_column_letters(sheets))


def _column_letters(sheets: Sequence[JudgedSheet]) -> Mapping[str, tuple[str, ...]]:
    """The letters of the form's columns by sheet title, "" for a missing column."""
    letters = {}
    for judged in sheets:
        sheet, offsets = judged.sheet, judged.sheet.offsets
        names = [c.name for c in sheet.form.columns]
        first = sheet.grid.first_column
        letters[sheet.grid.title] = tuple(column_letter(first + offsets[n]) if n in offsets else "" for n in names)
    return letters


def _book_findings(raw: RawBook, sheets: SortedSheets) -> list[Finding]:
    """The warnings about a workbook as a whole: macros, links, its format, an old template, extra sheets."""
    flags = {"macros": raw.has_macros, "external-links": raw.has_external_links, "old-format": raw.is_half_seen}
    findings = [Finding(level="warning", code=code) for code, is_set in flags.items() if is_set]
    if raw.external_link:
        params = (("case", "cell"), ("at", f"{shown(raw.external_link[0])}!{raw.external_link[1]}"))
        findings = [replace(f, params=params) if f.code == "external-links" else f for f in findings]
    editions = parse_stamp(sheets.stamp) or {}
    for form in {sheet.form.name: sheet.form for sheet in sheets.forms}.values():
        if form.name in editions and _is_old(form, editions[form.name]):
            params = (("found", str(editions[form.name][0])), ("current", str(form.version)))
            findings.append(Finding(level="warning", code="old-template", params=params, form=form.name))
            break
    findings += [Finding(level="warning", code="extra-sheet", sheet=grid.title) for grid in sheets.others]
    return findings


def _place_external_link(findings: Sequence[Finding], link: tuple[str, str] | None) -> list[Finding]:
    """The findings with `external-links` placed at the cell of its formula, unless that cell has a finding.

    A cell has only one finding, and this one must not be lost where the cell's value is wrong too.
    """
    if link is None or link in {(f.sheet, f.cell) for f in findings}:
        return list(findings)
    sheet, cell = link
    row = int(cell.lstrip(ascii_uppercase))
    return [replace(f, sheet=sheet, cell=cell, row=row) if f.code == "external-links" else f for f in findings]


def _is_old(form: Form, edition: tuple[int, str]) -> bool:
    return edition != (form.version, _fingerprint(form.name)[:8])


@kept_by_forms()
def _fingerprint(form: str) -> str:
    return fingerprint(catalog.forms()[form])
