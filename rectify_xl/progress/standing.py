"""The table of the warnings that still stand: those of each unit's latest file of each form, whenever it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rectify_xl import catalog
from rectify_xl.messages import code_name, sentence
from rectify_xl.model import Book, Finding, Return, Table
from rectify_xl.normal import inert
from rectify_xl.progress.units import counted_units, has_arrived

COLUMNS = ("unit_code", "unit_name", "matter", "warning", "told", "source", "reported_on")
# As much of a sentence as anybody reads.
_LONGEST = 2_000


def latest_files(book: Book) -> dict[int, set[str]]:
    """The places (in `book.returns`) of files that are their unit's latest of some form, with those forms.

    Of files without any form the latest is that of the form "".
    """
    latest: dict[tuple[str, str], int] = {}
    merged = [place for place, told in enumerate(book.returns) if has_arrived(told.verdict)]
    for place in sorted(merged, key=lambda at: book.returns[at].order):
        told = book.returns[place]
        for form in tuple(held.form for held in told.forms) or ("",):
            latest[told.unit_code or told.file, form] = place
    made: dict[int, set[str]] = {}
    for (_, form), place in latest.items():
        made.setdefault(place, set()).add(form)
    return made


def standing_warnings(book: Book) -> Table:
    """One row a warning of a file that stands, units in the roster's order; those of restricted forms never.

    Columns: unit_code, unit_name, matter (the form's title, "" where it is about the file), warning (the short name of
    its code), told (where, what, what to do), source (the file), reported_on (its 填报日期).
    """
    units, by_unit = counted_units(book), dict[str, list[tuple[Any, ...]]]()
    for place, forms in sorted(latest_files(book).items()):
        back = book.returns[place]
        rows = [_row(back, finding) for finding in _warnings(back, forms)]
        if rows:
            by_unit.setdefault(units.code_of(back.unit_code, back.unit_name), []).extend(rows)
    listed = units.listed(by_unit)
    return Table(COLUMNS, [(unit.code, unit.name, *row) for unit in listed for row in by_unit.get(unit.code, ())])


def _warnings(back: Return, forms: set[str]) -> Iterator[Finding]:
    """The warnings of a file about itself, and about the forms of which it is the latest."""
    declared: Mapping[str, Any] = catalog.forms()
    for finding in back.findings:
        is_open = finding.form not in declared or not declared[finding.form].restricted
        if finding.level == "warning" and is_open and (not finding.form or finding.form in forms):
            yield finding


def _row(back: Return, finding: Finding) -> tuple[Any, ...]:
    form = catalog.forms().get(finding.form)
    told = sentence(finding)[:_LONGEST]
    return form.title if form else "", code_name(finding.code), told, inert(back.file), back.filled_on
