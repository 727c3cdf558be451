"""The notices of 催办通知.xlsx: one unit after another, each on a page of its own, to be printed and handed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import xlsxwriter

from rectify_xl.excel.progress.status_page import Heads, Page, layers_for, lines_of, shown_for
from rectify_xl.excel.writing.fast_rows import FastSheet
from rectify_xl.excel.writing.fit import height_of
from rectify_xl.excel.writing.styles import A4, Styles, must
from rectify_xl.model import Book, Reminder, Table, Unit
from rectify_xl.outgoing.letterhead import answer_by, issuing_office
from rectify_xl.outgoing.matters import words
from rectify_xl.progress.units import counted_units
from rectify_xl.progress.units import words as status_words
from rectify_xl.tables.ledger_table import day_text

# The columns of a notice: number, kind of reminder, kind of matter, number, text, who answers, by when, how it stands.
_WIDTHS = (4.5, 9.0, 11.5, 12.0, 26.0, 8.0, 10.5, 8.5)
_LOOKS = ("centre", "state", "centre", "centre", "text", "centre", "date", "centre")
_WIDTH, _LAST = sum(_WIDTHS), len(_WIDTHS) - 1
# The scale of the print is fixed: Excel takes no notice of page breaks where it fits pages itself. The columns leave
# a sixth of the page free, for programs that lack the font and give each character more room.
_SCALE = 80
_LEAST = 24.0
# Excel knows 1,023 page breaks a sheet.
_UNITS_A_SHEET = 1_000


def add_notices(
    workbook: xlsxwriter.Workbook, styles: Styles, book: Book, now: Sequence[Reminder], before: Sequence[Reminder]
) -> None:
    """Adds the sheet of notices (for very many units several): a unit a page, or as many pages as its list takes."""
    units, waiting = counted_units(book), Counter(told.key.unit_code for told in before)
    by_unit = [(units.unit(code), list(held)) for code, held in groupby(now, key=lambda told: told.key.unit_code)]
    for number, first in enumerate(range(0, max(len(by_unit), 1), _UNITS_A_SHEET), 1):
        name = words()["sheets"]["notices"]
        name = words()["many"].format(name=name, number=number) if number > 1 else name
        page = _page(workbook, styles, book, name)
        _draw_notices(page, by_unit[first : first + _UNITS_A_SHEET], waiting)


def _page(workbook: xlsxwriter.Workbook, styles: Styles, book: Book, name: str) -> Page:
    made, heads = workbook.add_worksheet(name, FastSheet), Heads(name=name, heading=name)
    for at, width in enumerate(_WIDTHS):
        must(made.set_column(at, at, width))
    made.hide_gridlines(2)
    made.set_portrait()
    made.set_paper(A4)
    made.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    made.center_horizontally()
    made.set_print_scale(_SCALE)
    made.set_footer("&C&9" + words()["page"])
    tables = {name: Table((), [])}
    return Page(workbook=workbook, sheet=made, styles=styles, book=book, key=name, heads=heads, tables=tables)


def _draw_notices(page: Page, by_unit: Sequence[tuple[Unit, list[Reminder]]], waiting: Mapping[str, int]) -> None:
    if not by_unit:
        _line(page, 0, words()["nothing"], "note", "centered")
        must(page.sheet.print_area(0, 0, 0, _LAST))
        return
    row, breaks = 0, []
    sender = _Sender(issuing_office(page.book), day_text(page.book.as_of), day_text(answer_by(page.book)))
    for unit, told in by_unit:
        if row:
            breaks.append(row)
        row = _draw_notice(page, row, (unit, told, waiting.get(unit.code, 0)), sender)
    page.sheet.set_h_pagebreaks(breaks)
    must(page.sheet.print_area(0, 0, row - 1, _LAST))


class _Sender(NamedTuple):
    """Who sends the notices, on which day, and by which an answer is wanted."""

    office: str
    day: str
    answer_by: str


_Owing = tuple[Unit, Sequence[Reminder], int]  # a unit, its reminders, and how many it had before


def _draw_notice(page: Page, row: int, owing: _Owing, sender: _Sender) -> int:
    """One unit's notice from `row` on; gives the row below it."""
    facts, (unit, told, waiting) = words()["notice"], owing
    page.across((row, 0, _LAST), facts["title"], "title")
    must(page.sheet.set_row(row, 40))
    _line(page, row + 1, _addressed(unit), "lefted", "bold", "wrapped_middle")
    _line(page, row + 2, _body(told, sender), "body")
    row = _draw_matters(page, row + 3, told)
    if waiting:
        _line(page, row, facts["before"].format(count=waiting), "body")
        row += 1
    must(page.sheet.set_row(row, 12))
    row += 1
    for text in (sender.office, sender.day):
        _line(page, row, text, "signature")
        row += 1
    return row


def _line(page: Page, row: int, text: str, *layers: str) -> None:
    page.across((row, 0, _LAST), text, *layers)
    must(page.sheet.set_row(row, max(_LEAST, height_of(lines_of(text, _WIDTH)) + 4)))


def _addressed(unit: Unit) -> str:
    facts, roles = words()["notice"], status_words()["roles"]
    named = ((roles[role], str(getattr(unit, role))) for role in ("first_responsible", "leader"))
    people = facts["joint"].join(facts["person"].format(role=role, name=name) for role, name in named if name)
    return str(facts["unit_people" if people else "unit"].format(unit=unit.name or unit.code, people=people))


def _body(told: Sequence[Reminder], sender: _Sender) -> str:
    facts, counts = words()["notice"], Counter(reminder.key.kind for reminder in told)
    kinds = {name: counts[kind] for kind, name in words()["kinds"].items() if counts[kind]}
    parts = (facts["part"].format(kind=name, count=count) for name, count in kinds.items())
    joined = facts["parts_joint"].join(parts)
    return str(facts["body"].format(day=sender.day, count=len(told), parts=joined, answer_by=sender.answer_by))


# ---- the matters


def _draw_matters(page: Page, row: int, told: Sequence[Reminder]) -> int:
    facts = words()["notice"]
    named = [shown_for(name).label for name in ("reminder", "matter", "number", "text", "person")]
    for at, label in enumerate((facts["serial"], *named, facts["term"], facts["state"])):
        page.text(row, at, label, "header_required")
    must(page.sheet.set_row(row, 28))
    for at, reminder in enumerate(told, 1):
        _draw_matter(page, row + at, at, reminder)
    return row + len(told) + 1


def _draw_matter(page: Page, row: int, serial: int, told: Reminder) -> None:
    lines = 1
    for at, (look, value) in enumerate(zip(_LOOKS, _cells(serial, told), strict=True)):
        page.value(row, at, value, *_layers(look, value if look == "state" else None))
        if isinstance(value, str) and len(value) > 4:
            lines = max(lines, lines_of(value, _WIDTHS[at]))
    must(page.sheet.set_row(row, max(_LEAST, height_of(lines))))


@cache
def _layers(look: str, value: Any) -> tuple[str, ...]:
    """How a cell looks: by its look, and a state by what it says."""
    return (*status_words()["looks"][look], "grid", *layers_for(look, value))


def _cells(serial: int, told: Reminder) -> Iterator[Any]:
    yield from (str(serial), words()["kinds"][told.key.kind], told.matter, told.number, told.text, told.person)
    yield told.due_on
    yield _standing(told)


def _standing(told: Reminder) -> str:
    """How the matter stands in working days."""
    facts, left = words()["notice"], told.workdays_left
    if left is None:
        return str(facts["no_term"])
    name = "today" if told.key.kind == "day" else "late" if left < 0 else "left"
    return str(facts[name].format(days=abs(left)))
