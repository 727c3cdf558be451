"""What only a whole sheet can tell: keys that stand twice, options that never occur, its headings and hidden rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rectify_xl import catalog
from rectify_xl.judging.data_rows import is_line
from rectify_xl.judging.headings import Heading, is_self_check, is_serial, near_misses
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.judging.rows import JudgedSheet
from rectify_xl.judging.trials import Trial, add_finding
from rectify_xl.kinds import as_text
from rectify_xl.layout import cell_name, column_letter
from rectify_xl.model import Finding, Level, Rule
from rectify_xl.normal import as_typed, shown
from rectify_xl.ruling import FormPlan, keys_of

# ---- rules that look at several rows: keys and coverage


def judge_keys(sheets: Sequence[JudgedSheet]) -> None:
    """Tells numbers and keys that stand more than once among the sheets of one form, read as one."""
    form = sheets[0].sheet.form
    for rule in (r for r in form.rules if r.on):
        held = _with_key(sheets, rule)
        keys = keys_of([trial.values for _, trial in held], form, rule.on) if len(held) > 1 else ()
        groups: dict[tuple[Any, ...], list[tuple[JudgedSheet, Trial]]] = {}
        for key, told in zip(keys, held, strict=True) if len(set(keys)) < len(keys) else ():
            groups.setdefault(key, []).append(told)
        for group in groups.values():
            if len(group) > 1:
                _tell_group(rule, group)


def _with_key(sheets: Sequence[JudgedSheet], rule: Rule) -> list[tuple[JudgedSheet, Trial]]:
    """The rows whose key could be read, and is there."""
    form = sheets[0].sheet.form
    places = [form.positions[name] for name in rule.on]
    is_number = form.column(rule.column).assigned
    wanted = [place for place in places if is_number or form.columns[place].required]
    made: list[tuple[JudgedSheet, Trial]] = []
    for judged in sheets:
        if judged.missing.intersection(rule.on):
            continue
        trials: Sequence[Trial] = judged.trials
        for place in wanted:
            trials = [trial for trial in trials if trial.values[place] is not None]
        made += [(judged, trial) for trial in trials if not trial.unread or trial.unread.isdisjoint(places)]
    return made


def _tell_group(rule: Rule, group: Sequence[tuple[JudgedSheet, Trial]]) -> None:
    """Of equal numbers every row is told, of equal keys every row but the first."""
    form = group[0][0].sheet.form
    is_number = form.column(rule.column).assigned
    for place, (judged, trial) in enumerate(group):
        if place == 0 and not is_number:
            continue
        other_judged, other = group[1] if place == 0 else group[0]
        params = [("other_row", other.row), ("other_sheet", other_judged.sheet.grid.title)]
        soft = form.positions[rule.softened_by] if rule.softened_by else None
        level = rule.level
        if soft is not None and trial.values[soft] is not None and other.values[soft] is not None:
            level = "warning"
        case = [("case", "id")] if is_number else []
        add_finding(judged.sheet, trial, form.positions[rule.column], rule=rule, params=(*case, *params), level=level)


def judge_coverage(sheets: Sequence[JudgedSheet]) -> None:
    """Tells a form of which some options never occur though its paper wants each of them (rule coverage)."""
    first = sheets[0].sheet
    for rule in (r for r in first.form.rules if r.all_of):
        place = first.form.positions[rule.column]
        trials = [trial for judged in sheets for trial in judged.trials]
        if any(place in trial.unread for trial in trials):
            continue
        there = {trial.values[place] for trial in trials} - {None}
        lacking = [option for option in rule.all_of if option not in there]
        if there and lacking and there != {rule.or_only}:
            params = (("missing", "、".join(lacking)),)
            sheets[0].told.append(_at_header(first, rule.column, rule.code, rule.level, params))


# ---- the sheet itself


def judge_headings(judged: JudgedSheet, plan: FormPlan) -> None:
    """Tells missing, renamed, moved and extra columns, a sheet without rows, rows that are hidden."""
    sheet = judged.sheet
    near = near_misses(sheet.headings, sheet.form) if judged.missing else {}
    for name in (c.name for c in sheet.form.columns if c.name in judged.missing - plan.optional):
        level: Level = "error" if name in plan.needed else "warning"
        judged.told.append(_missing_column(sheet, name, level, near.get(name)))
        judged.all_wait = judged.all_wait or level == "error"
    for heading in sheet.headings:
        if heading.column and heading.told:
            params = (("case", heading.told), ("label", sheet.form.column(heading.column).label))
            judged.told.append(_at_header(sheet, heading.column, "fixed-header", "fixed", params))
    if sheet.renamed:
        params = (("case", "sheet"), ("label", sheet.form.title))
        judged.told.append(_about_sheet(sheet, "fixed-header", params))
    if not sheet.data:
        judged.told.append(_about_sheet(sheet, "no-rows"))
    hidden = sorted(set(sheet.grid.hidden_rows) & {sheet.grid.first_row + o for o in sheet.data})
    if hidden:
        named = "、".join(str(row) for row in hidden[:10])
        judged.told.append(_about_sheet(sheet, "hidden-rows", (("rows", named), ("count", len(hidden))), row=hidden[0]))
    meant = {heading.offset: sheet.form.column(name).label for name, heading in near.items()}
    judged.told.extend(_extra_columns(sheet, meant))


def _missing_column(sheet: FormSheet, name: str, level: Level, near: Heading | None) -> Finding:
    """A column that is not there; where a header is nearly its label, that one is asked about and nothing is taken."""
    case = "" if level == "error" else "warning"
    if near is None:
        return _at_header(sheet, name, "missing-column", level, (("case", case),) if case else ())
    params = (("case", f"near-{case}" if case else "near"), ("suggestion", sheet.form.column(name).label))
    told = _at_header(sheet, name, "missing-column", level, params)
    row = sheet.grid.first_row + near.line
    cell = cell_name(row, sheet.grid.first_column + near.offset)
    return replace(told, cell=cell, row=row, value=as_typed(near.text))


def _at_header(
    sheet: FormSheet, name: str, code: str, level: Level, params: tuple[tuple[str, Any], ...]
) -> Finding:
    """A finding that stands in the header cell of a column, or on the header's row where the column is missing."""
    heading = next((h for h in sheet.headings if h.column == name), None)
    row = sheet.grid.first_row + (heading.line if heading else sheet.header.bottom)
    return Finding(
        level=level,
        code=code,
        sheet=sheet.grid.title,
        cell=cell_name(row, sheet.grid.first_column + heading.offset) if heading else "",
        row=row,
        column=name,
        label=sheet.form.column(name).label,
        value=as_typed(heading.text) if heading else "",
        params=params,
        form=sheet.form.name,
    )


def _about_sheet(
    sheet: FormSheet, code: str, params: tuple[tuple[str, Any], ...] = (), *, row: int | None = None
) -> Finding:
    level = catalog.codes()[code].level
    return Finding(level=level, code=code, sheet=sheet.grid.title, row=row, params=params, form=sheet.form.name)


def _extra_columns(sheet: FormSheet, meant: Mapping[int, str]) -> Iterator[Finding]:
    """Headers that are none of ours (`meant` are the labels that some may be), and values that stand under none."""
    known = {h.offset for h in sheet.headings}
    for heading in sheet.headings:
        if not heading.column and not is_serial(heading.text) and not is_self_check(heading.text):
            row = sheet.grid.first_row + heading.line
            cell = cell_name(row, sheet.grid.first_column + heading.offset)
            near = (("case", "near"), ("suggestion", meant[heading.offset])) if heading.offset in meant else ()
            yield _extra(sheet, cell, row, heading.text, (*near, ("header", shown(heading.text))))
    data = frozenset(sheet.data)
    rows = (o for o in range(sheet.header.start, len(sheet.grid.rows)) if sheet.grid.rows[o])  # few of a million may be
    below = [offset for offset in rows if offset in data or not is_line(sheet.grid.rows[offset])]
    widest = max((len(sheet.grid.rows[o]) for o in below), default=0)
    for at in (a for a in range(widest) if a not in known):
        for offset in below:
            cells = sheet.grid.rows[offset]
            if at < len(cells) and cells[at] != "" and str(cells[at]).strip():
                place = sheet.grid.first_row + offset
                params = (("case", "stray"), ("header", column_letter(sheet.grid.first_column + at)))
                cell = cell_name(place, sheet.grid.first_column + at)
                yield _extra(sheet, cell, place, as_text(cells[at]), params)
                break
    yield from _far_columns(sheet)


def _far_columns(sheet: FormSheet) -> Iterator[Finding]:
    """The first value of every column that lies so far away that no row holds it."""
    first: dict[int, int] = {}
    for row, column in sheet.grid.far:
        first[column] = min(row, first.get(column, row))
    for column, row in first.items():
        params = (("case", "stray"), ("header", column_letter(column)))
        yield _extra(sheet, cell_name(row, column), row, as_text(sheet.grid.far[row, column]), params)


def _extra(sheet: FormSheet, cell: str, row: int, value: str, params: tuple[tuple[str, Any], ...]) -> Finding:
    return Finding(
        level="warning",
        code="extra-column",
        sheet=sheet.grid.title,
        cell=cell,
        row=row,
        value=as_typed(value),
        params=params,
        form=sheet.form.name,
    )
