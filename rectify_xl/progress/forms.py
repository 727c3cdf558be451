"""The tables that follow one form each: reviews, filings, institutions, branches, supervision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.model import Book, Filing, Table
from rectify_xl.progress.units import (
    band_columns,
    broken_test_for,
    column_sums,
    count_options,
    counted_units,
    done_test_for,
    items_of,
    last_day,
    options_of,
    places_by_unit,
    row_test_for,
    rows_by_unit,
    share,
    words,
)

VOTES = ("satisfied", "fairly_satisfied", "dissatisfied")
Values = Sequence[Any]


# ---- reviews


def reviews(book: Book) -> Table:
    """One row a unit and kind of reviewer that has measures to review; then the totals by kind of reviewer and in all.

    Columns: unit_code, unit_name, reviewer_role, measures, one a result of review with its number, passed_rate
    (passed of all measures, a fraction of one).
    """
    units, form = counted_units(book), "measures"
    rows = rows_by_unit(book, units, form)
    results = options_of(book, form, "review_result")
    role = catalog.forms()[form].positions["reviewer_role"]
    roles = options_of(book, form, "reviewer_role")
    lines: list[tuple[Any, ...]] = []
    for unit in units.listed(rows):
        unit_rows = rows.get(unit.code, [])
        lines += ((unit.code, unit.name, *line) for line in _review_lines(unit_rows, role, roles, results))
    all_rows = [values for unit_rows in rows.values() for values in unit_rows]
    if lines:
        lines += (("", words()["total"], *line) for line in _review_lines(all_rows, role, roles, results))
        lines.append(("", words()["total"], "", *_review_counts(all_rows, results)))
    columns = ("unit_code", "unit_name", "reviewer_role", "measures")
    return Table((*columns, *band_columns("measures.review_result", results), "passed_rate"), lines)


def _review_lines(
    rows: Sequence[Values], role: int, roles: Sequence[str], results: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    by_role: dict[str, list[Values]] = {}
    for values in rows:
        by_role.setdefault(values[role], []).append(values)
    for name in dict.fromkeys((*roles, *by_role)):
        if name in by_role:
            yield name, *_review_counts(by_role[name], results)


def _review_counts(rows: Sequence[Values], results: Sequence[str]) -> tuple[Any, ...]:
    place = catalog.forms()["measures"].positions["review_result"]
    passed = sum(map(row_test_for("passed", "measures"), rows))
    return (len(rows), *count_options((values[place] for values in rows), results), share(passed, len(rows)))


# ---- filings and publications


def filings(book: Book) -> Table:
    """Each unit's documents owed by the filing rules of its kind, then what it published.

    Columns: unit_code, unit_name, matter (filing or publication), document, target (the authority; how and to whom it
    was published), on (the latest filing; the day of publication), state, satisfied, fairly_satisfied, dissatisfied,
    note. To be revised: most were dissatisfied with a plan that was not revised (the form's own rule).
    """
    units = counted_units(book)
    filed, shown = rows_by_unit(book, units, "filings"), rows_by_unit(book, units, "publications")
    rows: list[tuple[Any, ...]] = []
    for unit in units.listed(shown):
        rules = [rule for rule in book.settings.filings if rule.unit_kind == unit.kind]
        lines = [*_filing_lines(rules, filed.get(unit.code, [])), *map(_publication_line, shown.get(unit.code, []))]
        rows += ((unit.code, unit.name, *line) for line in lines)
    columns = ("unit_code", "unit_name", "matter", "document", "target", "on", "state", *VOTES, "note")
    return Table(columns, rows)


def _filing_lines(rules: Sequence[Filing], filed: Sequence[Values]) -> Iterator[tuple[Any, ...]]:
    """One line a rule; a document sent to an authority that no rule of the unit names counts as filed, with a note."""
    answers, at = words()["answers"], catalog.forms()["filings"].positions
    named = {(rule.document, rule.authority) for rule in rules}
    for rule in rules:
        sent = [v for v in filed if v[at["document"]] == rule.document]
        fitting = [v for v in sent if v[at["authority"]] == rule.authority]
        elsewhere = [v for v in sent if (rule.document, v[at["authority"]]) not in named]
        latest = max(fitting or elsewhere, key=lambda v: v[at["filed_on"]] or date.min, default=None)
        note = ""
        if latest is not None and not fitting:
            note = words()["filing_note"].format(authority=latest[at["authority"]])
        on, state = (latest[at["filed_on"]], "filed") if latest is not None else (None, "not_filed")
        yield answers["filing"], rule.document, rule.authority, on, answers[state], None, None, None, note


def _publication_line(values: Values) -> tuple[Any, ...]:
    answers, at = words()["answers"], catalog.forms()["publications"].positions
    if broken_test_for("publications", "consistent", "revised")(values):
        state = "to_revise"
    else:
        state = "revised" if row_test_for("revised", "publications")(values) else "published"
    how = {name: values[at[name]] or words()["unfilled"] for name in ("form", "audience")}
    target = words()["target"].format(**how)
    votes = (values[at[name]] for name in VOTES)
    opinions = values[at["opinions"]] or ""
    cells = (answers["publication"], values[at["published"]], target, values[at["published_on"]], answers[state])
    return (*cells, *votes, opinions)


# ---- institutions


def institutions(book: Book) -> Table:
    """One row a unit, the last the total.

    Columns: unit_code, unit_name, institutions, their numbers by action, mechanism and status, late, late_list (a line
    an institution that is late: number, name, day).
    """
    units, form = counted_units(book), "institutions"
    at, items, dues = catalog.forms()[form].positions, items_of(book, form), book.dues.get(form, ())
    lists = {column: options_of(book, form, column) for column in ("action", "mechanism", "status")}
    late = catalog.states("item")["late"]
    rows: list[tuple[Any, ...]] = []
    places = places_by_unit(book, units, form)
    for unit in units.listed(places):
        unit_places = places.get(unit.code, [])
        lines = [
            words()["late_line"].format(number=items[p].number, text=items[p].values[at["name"]], due=dues[p].day)
            for p in unit_places
            if dues[p].state == late
        ]
        counts = [
            number
            for column, names in lists.items()
            for number in count_options((items[p].values[at[column]] for p in unit_places), names)
        ]
        rows.append((unit.code, unit.name, len(unit_places), *counts, len(lines), words()["line"].join(lines)))
    bands = (name for column, names in lists.items() for name in band_columns(f"{form}.{column}", names))
    columns = ("unit_code", "unit_name", "institutions", *bands, "late", "late_list")
    return Table(columns, _with_total(rows, len(columns) - 1) if items else [])


def _with_total(rows: list[tuple[Any, ...]], until: int) -> list[tuple[Any, ...]]:
    """The rows and a total of the columns from the third up to `until`; those after it stay empty in the total."""
    if not rows:
        return rows
    empty = ("",) * (len(rows[0]) - until)
    return [*rows, ("", words()["total"], *column_sums(rows, range(2, until)), *empty)]


# ---- branches


def branches(book: Book) -> Table:
    """One row a branch or class with a problem; the last the total: how many branches, how many problems of each kind.

    Columns: unit_code, unit_name, branch, branch_kind, full_members, not_founded (three full members or more and no
    branch: the form's rule branch-due), weak, incomplete (a mark, in the total a number), remedy, due_on.
    """
    units, form = counted_units(book), "branches"
    rows, at = rows_by_unit(book, units, form), catalog.forms()[form].positions
    named = ("name", "kind", "full_members")
    lines: list[tuple[Any, ...]] = []
    totals: Counter[int] = Counter()
    for unit in units.listed(rows):
        for values in rows.get(unit.code, []):
            flags = branch_flags(values)
            totals.update(place for place, flag in enumerate(flags) if flag)
            if any(flags):
                marks = (words()["mark"] if flag else "" for flag in flags)
                fields = (values[at[name]] for name in named)
                lines.append((unit.code, unit.name, *fields, *marks, values[at["remedy"]] or "", values[at["due"]]))
    all_rows = [values for unit_rows in rows.values() for values in unit_rows]
    if all_rows:
        founded = sum(map(row_test_for("founded", form), all_rows))
        text = words()["branches_line"].format(branches=len(all_rows), founded=founded)
        lines.append(("", words()["total"], text, "", None, *(totals[n] for n in range(3)), "", None))
    columns = ("unit_code", "unit_name", "branch", "branch_kind", "full_members", "not_founded", "weak", "incomplete")
    return Table((*columns, "remedy", "due_on"), lines)


def branch_flags(values: Values) -> tuple[bool, bool, bool]:
    """Whether the branch ought to be founded, is weak, has an incomplete committee."""
    form = "branches"
    due = broken_test_for(form, "branch-due", "has_branch")(values)
    return due, row_test_for("weak", form)(values), row_test_for("incomplete", form)(values)


# ---- supervision


def supervision(book: Book) -> Table:
    """One row a unit that was inspected, the last the total.

    Columns: unit_code, unit_name, inspections, one a result with its number, unanswered (sent back, no response yet),
    late (of them those whose day has passed), inspected_on (the latest), open_list (a line an unanswered finding).
    """
    units, form = counted_units(book), "supervision"
    results, places = options_of(book, form, "result"), places_by_unit(book, units, form)
    rows = [
        (unit.code, unit.name, *_inspection_cells(book, places[unit.code], results))
        for unit in units.listed(places)
        if unit.code in places
    ]
    columns = ("unit_code", "unit_name", "inspections", *band_columns(f"{form}.result", results), "unanswered", "late")
    return Table((*columns, "inspected_on", "open_list"), _with_total(rows, len(columns)))


def _inspection_cells(book: Book, places: Sequence[int], results: Sequence[str]) -> tuple[Any, ...]:
    form = catalog.forms()["supervision"]
    at, items, dues = form.positions, items_of(book, form.name), book.dues.get(form.name, ())
    again, done = row_test_for("again", form.name), done_test_for(form.name)
    open_ones = [p for p in places if again(items[p].values) and not done(items[p].values)]
    late = sum(dues[p].state == catalog.states("item")["late"] for p in open_ones)
    unanswered = [{"due": items[p].values[at["respond_by"]], "text": items[p].values[at["finding"]]} for p in open_ones]
    lines = [
        words()["open_line"].format(**{name: value or words()["unfilled"] for name, value in parts.items()})
        for parts in unanswered
    ]
    counts = count_options((items[p].values[at["result"]] for p in places), results)
    latest = last_day(items[p].values[at["inspected_on"]] for p in places)
    return len(places), *counts, len(open_ones), late, latest, words()["line"].join(lines)
