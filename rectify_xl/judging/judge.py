"""One received workbook judged whole: its cover, its unit, its forms, and the verdict on the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from string import ascii_uppercase

from rectify_xl import catalog
from rectify_xl.grid import RawBook, Unreadable
from rectify_xl.in_force import kept_by_forms, under_settings
from rectify_xl.judging.cover import Cover, RefusedCover, cover_finding, judge_cover, prefixes_of
from rectify_xl.judging.recognise import FormSheet, Sorted, is_ledger, sort_sheets
from rectify_xl.judging.rows import JudgedSheet, Place, judge_rows
from rectify_xl.judging.sheet import judge_coverage, judge_headings, judge_keys
from rectify_xl.judging.trials import one_a_cell, told_once
from rectify_xl.judging.waive_rows import waive_rows
from rectify_xl.kinds import as_text
from rectify_xl.layout import column_letter, fingerprint, parse_stamp
from rectify_xl.model import Finding, Form, FormRows, Return, Row, Verdict
from rectify_xl.normal import shown
from rectify_xl.ruling import Ruling
from rectify_xl.waivers import Matter, waived


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A file as it came in: its name as findings tell it, its digest, suffix and size in bytes."""

    file: str
    digest: str = ""
    suffix: str = ""
    size: int = 0


def refused(received: Received, error: Unreadable) -> Return:
    """The return of a file that cannot be read, with the one finding that says why."""
    params = dict(error.params)
    value = str(params.pop("found", ""))
    case = [("case", error.case)] if error.case else []
    told = Finding(level="error", code=error.code, value=value, params=(*case, *params.items()))
    return _return(received, "refused", [told])


@under_settings
def judge_book(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    """The verdict on one workbook with its rows and findings; only whether it is held depends on the day."""
    try:
        return _judge(raw, ruling, received, as_of)
    except RefusedCover as refusal:
        return _return(received, "refused", [refusal.told])
    except Unreadable as error:
        return refused(received, error)


def _judge(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    if is_ledger(raw):
        return _judge_ledger(raw, ruling, received, as_of)
    found = sort_sheets(raw.sheets)
    if not found.forms:
        raise Unreadable("no-form")
    if found.cover is None:
        raise Unreadable("unknown-unit", "no-cover", code="", name="")
    cover = judge_cover(found, ruling)
    filled_on = cover.values.get("filled_on")
    if filled_on and filled_on > as_of:
        told = cover_finding(found, "filled_on", "future", (("filled_on", filled_on), ("as_of", as_of)))
        return _return(received, "held", [told], cover, saved=raw.saved)
    matter = Matter(digest=received.digest, filled_on=filled_on)
    if waiver := ruling.waivers.find(cover.code, "", matter):
        told = waived(Finding(level="warning", code="not-counted"), waiver)
        return _return(received, "ignored", [told], cover, saved=raw.saved)
    judged = _judge_forms(found.forms, ruling, _place(cover, ruling))
    if cover.kind not in ("", catalog.reading().office_kind) and _tells_of_others(judged):
        cover.findings.append(cover_finding(found, "unit_code", "unit-mismatch", (("case", "office"),)))
        cover.merges = False
    _waive_cover(cover, ruling, matter)
    for sheets in judged if ruling.waivers.by_rule else ():
        waive_rows(sheets, ruling.waivers, cover.code, matter)
    about = [ruling.waivers.told(cover.code, f, matter) for f in _about_book(raw, found)]
    findings = [*cover.findings, *about]
    forms = []
    for sheets in judged:
        findings += _findings_of(sheets)
        forms.append(_form_rows(sheets))
    findings = _link_placed(one_a_cell(findings), raw.external_link)
    verdict: Verdict = "returned" if any(f.level == "error" for f in findings) else "accepted"
    kept = tuple(forms) if cover.merges and filled_on else ()
    is_restricted = any(sheet.form.restricted for sheet in found.forms)
    judged_return = _return(received, verdict, findings, cover, saved=raw.saved)
    return replace(judged_return, forms=kept, is_restricted=is_restricted)


@under_settings
def restricted_rows(raw: RawBook, ruling: Ruling) -> tuple[FormRows, ...]:
    """The rows of a workbook's restricted forms with their values: for the encrypted register, and nothing else.

    For a workbook that `judge_book` did not refuse.
    """
    found = sort_sheets(raw.sheets)
    place = _place(judge_cover(found, ruling), ruling)
    sheets = [sheet for sheet in found.forms if sheet.form.restricted]
    return tuple(_form_rows(judged, shows_restricted=True) for judged in _judge_forms(sheets, ruling, place))


def _judge_ledger(raw: RawBook, ruling: Ruling, received: Received, as_of: date) -> Return:
    """The verdict on an office's ledger: it has no cover, its day is the one it stands for."""
    from rectify_xl.judging.ledger import judge_ledger  # few workbooks are one

    judged = judge_ledger(raw, ruling, received.file)
    unit = ruling.roster.by_name(judged.organisation)
    cover = Cover(values={"filled_on": judged.as_of}, code=unit.code if unit else "")
    cover.name = unit.name if unit else judged.organisation
    if judged.as_of and judged.as_of > as_of:
        sheet, row = judged.as_of_at
        params = (("filled_on", judged.as_of), ("as_of", as_of))
        told = Finding(level="warning", code="future", sheet=sheet, row=row, params=params)
        return _return(received, "held", [told], cover, saved=raw.saved)
    if waiver := ruling.waivers.find_file(Matter(digest=received.digest, filled_on=judged.as_of)):
        return _return(received, "ignored", [waived(Finding(level="warning", code="not-counted"), waiver)], cover)
    verdict: Verdict = "returned" if any(f.level == "error" for f in judged.findings) else "accepted"
    good: dict[str, list[Row]] = {}
    for told_row in judged.rows:
        good.setdefault(told_row.item.form, []).append(Row(told_row.sheet, told_row.row, ()))
    forms = tuple(
        FormRows(form=form, good=tuple(good.get(form, ())), bad=tuple(judged.bad.get(form, ())))
        for form in catalog.forms()
        if form in good or form in judged.bad
    )
    held = _return(received, verdict, judged.findings, cover, saved=raw.saved)
    return replace(held, forms=forms, ledger=judged.told())


def _tells_of_others(forms: Sequence[Sequence[JudgedSheet]]) -> bool:
    """Whether some row stands on a form that the office alone fills in; an empty sheet of it is no more than that."""
    return any(sheets[0].sheet.form.filled_by == "office" and any(j.trials for j in sheets) for sheets in forms)


def _waive_cover(cover: Cover, ruling: Ruling, matter: Matter) -> None:
    """Lets pass what was waived of the cover; a unit-mismatch then holds no row back, the code counts."""
    was_mismatched = any(f.code == "unit-mismatch" for f in cover.findings)
    cover.findings = [ruling.waivers.told(cover.code, f, matter) for f in cover.findings]
    if was_mismatched and not any(f.code == "unit-mismatch" and f.level == "error" for f in cover.findings):
        cover.merges = True


def _return(
    received: Received, verdict: Verdict, findings: Sequence[Finding], cover: Cover | None = None, *, saved: str = ""
) -> Return:
    cover = cover or Cover()
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


def _place(cover: Cover, ruling: Ruling) -> Place:
    stage, filled_on = ruling.settings.stage_start, cover.values.get("filled_on")
    dated = stage or filled_on
    return Place(
        unit_code=cover.code,
        unit_kind=cover.kind,
        prefixes=prefixes_of(cover, ruling),
        bounds=ruling.bounds(filled_on, cover.kind),
        year=dated.year if dated else None,
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
    told: list[Finding] = []
    for judged in sheets:
        told += judged.told
        for trial in judged.trials:
            if trial.findings:
                told += told_once(trial)
    if not sheets[0].sheet.form.restricted:
        return told
    return [replace(f, value="", params=tuple(p for p in f.params if p[0] in _HARMLESS)) for f in told]


# Of a restricted form a finding tells places, labels and bounds, never what was typed.
_PLACES = ("case", "other_row", "other_sheet", "label", "other_label", "source")
_HARMLESS = frozenset((*_PLACES, "low", "high", "rows", "count", "filled_on", "stage_end"))


def _form_rows(sheets: Sequence[JudgedSheet], *, shows_restricted: bool = False) -> FormRows:
    form = sheets[0].sheet.form
    good: list[Row] = []
    bad: list[Row] = []
    for judged in sheets:
        for trial in judged.trials:
            is_bad = judged.all_wait or trial.is_bad
            row = judged.row_of(trial, is_bad=is_bad)
            if form.restricted and not shows_restricted:
                row = Row(row.sheet, row.row, ())
            (bad if is_bad else good).append(row)
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
    facts = {"macros": raw.has_macros, "external-links": raw.has_external_links, "old-format": raw.is_half_seen}
    told = [Finding(level="warning", code=code) for code, there in facts.items() if there]
    if raw.external_link:
        params = (("case", "cell"), ("at", f"{shown(raw.external_link[0])}!{raw.external_link[1]}"))
        told = [replace(f, params=params) if f.code == "external-links" else f for f in told]
    editions = parse_stamp(found.stamp) or {}
    for form in {sheet.form.name: sheet.form for sheet in found.forms}.values():
        if form.name in editions and _is_old(form, editions[form.name]):
            params = (("found", str(editions[form.name][0])), ("current", str(form.version)))
            told.append(Finding(level="warning", code="old-template", params=params, form=form.name))
            break
    told += [Finding(level="warning", code="extra-sheet", sheet=grid.title) for grid in found.others]
    return told


def _link_placed(findings: Sequence[Finding], link: tuple[str, str] | None) -> list[Finding]:
    """The findings with that of a formula which leads out of the book in its cell, unless that has one of its own.

    A cell has one finding alone, and what is wrong with its value must not hide that it comes from elsewhere.
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
