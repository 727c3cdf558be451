"""What is judged over a whole sheet: equal keys, options that never occur, its headings and hidden rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.judging.data_rows import is_line
from rectify_xl.judging.headings import Heading, is_self_check, is_serial, near_misses
from rectify_xl.judging.judged_row import JudgedRow, add_finding
from rectify_xl.judging.recognise import FormSheet
from rectify_xl.judging.rows import JudgedSheet
from rectify_xl.kinds import as_text
from rectify_xl.layouts.layout import cell_name, column_letter
from rectify_xl.model import Finding, Form, Level, Params, Rule
from rectify_xl.normal import are_plain, as_typed, shown
from rectify_xl.office.ruling import FormPlan, keys_of

# At most so many hidden rows are named.
_MOST_NAMED = 10

# A row with the sheet that it stands on.
SheetRow = tuple[JudgedSheet, JudgedRow]

# ---- rules that look at several rows: keys and coverage


def judge_keys(sheets: Sequence[JudgedSheet]) -> None:
    """Finds the numbers and keys that stand more than once on the sheets of one form, which are read as one."""
    form = sheets[0].sheet.form
    for rule in (r for r in form.rules if r.on):
        if _are_keys_distinct(sheets, rule):
            continue
        keyed_rows = _keyed_rows(sheets, rule)
        keys = keys_of([row.values for _, row in keyed_rows], form, rule.on) if len(keyed_rows) > 1 else []
        if len(set(keys)) == len(keys):
            continue
        rows_by_key: dict[tuple[Any, ...], list[SheetRow]] = {}
        for key, sheet_row in zip(keys, keyed_rows, strict=True):
            rows_by_key.setdefault(key, []).append(sheet_row)
        for equal_rows in rows_by_key.values():
            if len(equal_rows) > 1:
                _add_duplicates(rule, equal_rows)


def _are_keys_distinct(sheets: Sequence[JudgedSheet], rule: Rule) -> bool:
    """A quick test: True only where no two keys are equal, for no two rows have the same text in the rule's column."""
    form = sheets[0].sheet.form
    if rule.column not in rule.on:
        return False
    position = form.positions[rule.column]
    values = [row.values[position] for judged in sheets for row in judged.rows]
    if None in values and position in _required_positions(form, rule):
        values = [value for value in values if value is not None]
    return len(set(values)) == len(values) and are_plain(values)


def _required_positions(form: Form, rule: Rule) -> list[int]:
    """The columns without which a row has no such key."""
    is_number = form.column(rule.column).assigned
    positions = [form.positions[name] for name in rule.on]
    return [position for position in positions if is_number or form.columns[position].required]


def _keyed_rows(sheets: Sequence[JudgedSheet], rule: Rule) -> list[SheetRow]:
    """The rows with a key that could be read."""
    form = sheets[0].sheet.form
    positions = [form.positions[name] for name in rule.on]
    required = _required_positions(form, rule)
    keyed: list[SheetRow] = []
    for judged in sheets:
        if judged.missing.intersection(rule.on):
            continue
        rows: Sequence[JudgedRow] = judged.rows
        for position in required:
            rows = [row for row in rows if row.values[position] is not None]
        keyed += [(judged, row) for row in rows if not row.unread or row.unread.isdisjoint(positions)]
    return keyed


def _add_duplicates(rule: Rule, equal_rows: Sequence[SheetRow]) -> None:
    """Adds the finding `duplicate`: of equal numbers to every row, of equal keys to every row but the first."""
    form = equal_rows[0][0].sheet.form
    position = form.positions[rule.column]
    is_number = form.columns[position].assigned
    softened_by = form.positions[rule.softened_by] if rule.softened_by else None
    case = [("case", "id" if is_number else "key")] if is_number or len(rule.on) > 1 else []
    for index, (judged, row) in enumerate(equal_rows):
        if index == 0 and not is_number:
            continue
        other_judged, other = equal_rows[1] if index == 0 else equal_rows[0]
        level = rule.level
        if softened_by is not None and row.values[softened_by] is not None and other.values[softened_by] is not None:
            level = "warning"
        params = (*case, ("other_row", other.row), ("other_sheet", other_judged.sheet.grid.title))
        add_finding(judged.sheet, row, position, rule=rule, params=params, level=level)


def judge_coverage(sheets: Sequence[JudgedSheet]) -> None:
    """Finds the options that never occur on a form whose paper asks for each of them (rule coverage)."""
    first = sheets[0].sheet
    for rule in (r for r in first.form.rules if r.all_of):
        position = first.form.positions[rule.column]
        rows = [row for judged in sheets for row in judged.rows]
        if any(position in row.unread for row in rows):
            continue
        present = {row.values[position] for row in rows} - {None}
        missing = [option for option in rule.all_of if option not in present]
        if present and missing and present != {rule.or_only}:
            params = (("missing", "、".join(missing)),)
            sheets[0].findings.append(_header_finding(first, rule.column, rule.code, rule.level, params))


# ---- the sheet itself


def judge_headings(judged: JudgedSheet, plan: FormPlan) -> None:
    """Finds missing, renamed, moved and extra columns, hidden rows, and that a sheet has no rows."""
    sheet = judged.sheet
    near = near_misses(sheet.headings, sheet.form) if judged.missing else {}
    for name in (c.name for c in sheet.form.columns if c.name in judged.missing - plan.optional):
        level: Level = "error" if name in plan.needed else "warning"
        judged.findings.append(_missing_column(sheet, name, level, near.get(name)))
        judged.all_wait = judged.all_wait or level == "error"
    for heading in sheet.headings:
        if heading.column and heading.deviation:
            params = (("case", heading.deviation), ("label", sheet.form.column(heading.column).label))
            judged.findings.append(_header_finding(sheet, heading.column, "fixed-header", "fixed", params))
    if sheet.is_renamed:
        params = (("case", "sheet"), ("label", sheet.form.title))
        judged.findings.append(_sheet_finding(sheet, "fixed-header", params))
    judged.findings.extend(_passed_over(sheet))
    if not sheet.data:
        judged.findings.append(_sheet_finding(sheet, "no-rows"))
    if hidden := sorted(set(sheet.grid.hidden_rows).intersection(sheet.grid.first_row + line for line in sheet.data)):
        rows = "、".join(str(row) for row in hidden[:_MOST_NAMED])
        counted = (("rows", rows), ("count", len(hidden)))
        judged.findings.append(_sheet_finding(sheet, "hidden-rows", counted, row=hidden[0]))
    suggestions = {heading.offset: sheet.form.column(name).label for name, heading in near.items()}
    judged.findings.extend(_extra_columns(sheet, suggestions))


def _passed_over(sheet: FormSheet) -> Iterator[Finding]:
    """Other tables, and rows in one merged cell."""
    grid = sheet.grid
    for table in filter(None, (sheet.above, sheet.below)):
        row = grid.first_row + table.line
        finding = _sheet_finding(sheet, "second-table", (("other", table.title),), row=row)
        yield replace(finding, cell=cell_name(row, grid.first_column + table.offset))
    for line, offset in sheet.in_one_cell:
        place = (grid.first_row + line, grid.first_column + offset)
        yield _extra_column(sheet, place, as_text(grid.rows[line][offset]), (("case", "spanned"),))


def _missing_column(sheet: FormSheet, name: str, level: Level, near: Heading | None) -> Finding:
    """The finding of a missing column; a header that nearly is its label is asked about, but not used as it."""
    case = "" if level == "error" else "warning"
    if near is None:
        return _header_finding(sheet, name, "missing-column", level, (("case", case),) if case else ())
    params = (("case", f"near-{case}" if case else "near"), ("suggestion", sheet.form.column(name).label))
    finding = _header_finding(sheet, name, "missing-column", level, params)
    row = sheet.grid.first_row + near.line
    cell = cell_name(row, sheet.grid.first_column + near.offset)
    return replace(finding, cell=cell, row=row, value=as_typed(near.text))


def _header_finding(sheet: FormSheet, name: str, code: str, level: Level, params: Params) -> Finding:
    """A finding at the header cell of a column, or on the header's last row where the column is missing."""
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


def _sheet_finding(sheet: FormSheet, code: str, params: Params = (), *, row: int | None = None) -> Finding:
    level = catalog.codes()[code].level
    return Finding(level=level, code=code, sheet=sheet.grid.title, row=row, params=params, form=sheet.form.name)


def _extra_columns(sheet: FormSheet, suggestions: Mapping[int, str]) -> Iterator[Finding]:
    """Headers that are no column of the form, and columns of values without a header.

    `suggestions` are labels that such headers nearly are, by offset.
    """
    for heading in sheet.headings:
        if not heading.column and not is_serial(heading.text) and not is_self_check(heading.text):
            cell = (sheet.grid.first_row + heading.line, sheet.grid.first_column + heading.offset)
            suggestion = suggestions.get(heading.offset)
            near = (("case", "near"), ("suggestion", suggestion)) if suggestion else ()
            yield _extra_column(sheet, cell, heading.text, (*near, ("header", shown(heading.text))))
    yield from _columns_without_header(sheet)
    yield from _far_columns(sheet)


def _columns_without_header(sheet: FormSheet) -> Iterator[Finding]:
    """The first value of every column that holds values below the header, but has none itself."""
    grid, data, headed = sheet.grid, frozenset(sheet.data), {heading.offset for heading in sheet.headings}
    filled = (line for line in range(sheet.header.start, len(grid.rows)) if grid.rows[line])  # of a million maybe few
    end = sheet.below.start if sheet.below else len(grid.rows)
    below = [line for line in filled if line in data or (line < end and not is_line(grid.rows[line]))]
    width = max((len(grid.rows[line]) for line in below), default=0)
    for offset in (o for o in range(width) if o not in headed):
        for line in below:
            cells = grid.rows[line]
            if offset < len(cells) and cells[offset] != "" and str(cells[offset]).strip():
                row, column = grid.first_row + line, grid.first_column + offset
                yield _stray_value(sheet, row, column, cells[offset])
                break


def _far_columns(sheet: FormSheet) -> Iterator[Finding]:
    """The first value of every column that is too far to the right to be among the grid's rows."""
    first_rows: dict[int, int] = {}
    for row, column in sheet.grid.far:
        first_rows[column] = min(row, first_rows.get(column, row))
    for column, row in first_rows.items():
        yield _stray_value(sheet, row, column, sheet.grid.far[row, column])


def _stray_value(sheet: FormSheet, row: int, column: int, value: Any) -> Finding:
    params = (("case", "stray"), ("header", column_letter(column)))
    return _extra_column(sheet, (row, column), as_text(value), params)


def _extra_column(sheet: FormSheet, cell: tuple[int, int], value: str, params: Params) -> Finding:
    row, column = cell
    return Finding(
        level="warning",
        code="extra-column",
        sheet=sheet.grid.title,
        cell=cell_name(row, column),
        row=row,
        value=as_typed(value),
        params=params,
        form=sheet.form.name,
    )
