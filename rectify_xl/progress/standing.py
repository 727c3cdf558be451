"""The table of standing warnings: those of each unit's latest file of each form, whenever it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rectify_xl.facts import catalog
from rectify_xl.merging.speaking import Speakers
from rectify_xl.messages import code_name, sentence
from rectify_xl.model import Book, Finding, Return, Table
from rectify_xl.normal import inert
from rectify_xl.office.roster import roster_for
from rectify_xl.progress.units import counted_units, has_arrived

COLUMNS = ("unit_code", "unit_name", "matter", "warning", "told", "source", "reported_on")
# Longer sentences are cut.
_LONGEST = 2_000


def latest_files(book: Book) -> dict[int, set[str]]:
    """The files that are their unit's latest of some form, as positions in `book.returns`, with those forms.

    A unit's latest file without any form is that of the form "". For a merged unit that sends none itself its
    successor's files speak.
    """
    roster = roster_for(book.settings)
    places_by_form: dict[str, list[int]] = {}
    arrived = [place for place, return_ in enumerate(book.returns) if has_arrived(return_.verdict)]
    for place in sorted(arrived, key=lambda place: book.returns[place].order):
        for form in [rows.form for rows in book.returns[place].forms] or [""]:
            places_by_form.setdefault(form, []).append(place)
    forms_by_place: dict[int, set[str]] = {}
    for form, places in places_by_form.items():
        sent = [(r.unit_code or r.file, r.filled_on) for r in (book.returns[place] for place in places)]
        for at in Speakers(sent, roster).latest(sent):
            forms_by_place.setdefault(places[at], set()).add(form)
    return forms_by_place


def standing_warnings(book: Book) -> Table:
    """One row a warning of such a file, units in the roster's order; those of restricted forms are left out.

    Columns: unit_code, unit_name, matter (the form's title, "" where it is about the file), warning (the short name of
    its code), told (where, what, what to do), source (the file), reported_on (its 填报日期).
    """
    units, by_unit = counted_units(book), dict[str, list[tuple[Any, ...]]]()
    for place, forms in sorted(latest_files(book).items()):
        return_ = book.returns[place]
        rows = [_row(return_, finding) for finding in _warnings(return_, forms)]
        if rows:
            by_unit.setdefault(units.code_of(return_.unit_code, return_.unit_name), []).extend(rows)
    listed = units.listed(by_unit)
    return Table(COLUMNS, [(unit.code, unit.name, *row) for unit in listed for row in by_unit.get(unit.code, ())])


def _warnings(return_: Return, forms: set[str]) -> Iterator[Finding]:
    """The warnings of a file about itself, and about the forms of which it is the latest."""
    forms_by_name: Mapping[str, Any] = catalog.forms()
    for finding in return_.findings:
        is_open = finding.form not in forms_by_name or not forms_by_name[finding.form].restricted
        if finding.level == "warning" and is_open and (not finding.form or finding.form in forms):
            yield finding


def _row(return_: Return, finding: Finding) -> tuple[Any, ...]:
    form = catalog.forms().get(finding.form)
    text = sentence(finding)[:_LONGEST]
    return form.title if form else "", code_name(finding.code), text, inert(return_.file), return_.filled_on
