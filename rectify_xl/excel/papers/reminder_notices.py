"""The notices of 催办通知.xlsx: one unit after another, each on a page of its own, to be printed and handed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count, groupby, islice
from typing import Any, NamedTuple

import xlsxwriter

from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.fit import height_of, lines_in
from rectify_xl.excel.writing.page import Heads, Page, Shown, line_held, lines_of, shown_for
from rectify_xl.excel.writing.styles import A4, Styles, must
from rectify_xl.excel.writing.table_rows import filling_for
from rectify_xl.model import Book, Reminder, Table, Unit
from rectify_xl.outgoing.letterhead import answer_by, issuing_office
from rectify_xl.outgoing.matters import words
from rectify_xl.progress.units import counted_units
from rectify_xl.progress.units import words as status_words
from rectify_xl.tables.ledger_table import day_text

# The columns of a notice: number, kind of reminder, kind of matter, number, text, who answers, by when, how it stands.
_WIDTHS = (4.5, 9.0, 11.5, 12.0, 21.5, 8.0, 10.5, 13.0)
_LOOKS = ("centre", "state", "centre", "centre", "text", "centre", "date", "centre")
_WIDTH, _LAST = sum(_WIDTHS), len(_WIDTHS) - 1
_HELD = tuple(map(line_held, _WIDTHS))
# The lines of a notice besides its matters, each over all columns, and how they look; a gap is a line without text.
_LINES = {
    "title": ("title",),
    "addressed": ("lefted", "bold", "wrapped_middle"),
    "body": ("body",),
    "gap": (),
    "signature": ("signature",),
}
# The scale of the print is fixed: Excel takes no notice of page breaks where it fits pages itself. The columns leave
# a sixth of the page free, for programs that lack the font and give each character more room.
_SCALE = 80
_LEAST, _ROOM = 24.0, 4.0
_FIXED = {"title": 40.0, "header": 28.0, "gap": 12.0}
# Excel knows 1,023 page breaks a sheet.
_UNITS_A_SHEET, _BREAKS = 1_000, 1_023
# Points that a page holds at that scale, and the least that a program may find room for.
_PAGES = (926.0, 900.0)


def add_notices(
    workbook: xlsxwriter.Workbook, styles: Styles, book: Book, now: Sequence[Reminder], before: Sequence[Reminder]
) -> None:
    """Adds the sheet of notices (for very many units several): a unit a page, or as many pages as its list takes."""
    units, waiting = counted_units(book), Counter(told.key.unit_code for told in before)
    by_unit = ((units.unit(code), list(held)) for code, held in groupby(now, key=lambda told: told.key.unit_code))
    for number in count(1):
        some = list(islice(by_unit, _UNITS_A_SHEET))
        if number > 1 and not some:
            break
        name = words()["sheets"]["notices"]
        name = words()["many"].format(name=name, number=number) if number > 1 else name
        _draw_notices(_page(workbook, styles, book, name), some, waiting)


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
        page.across((0, 0, _LAST), words()["nothing"], "note", "centered")
        must(page.sheet.set_row(0, _LEAST))
        must(page.sheet.print_area(0, 0, 0, _LAST))
        return
    notices, breaks, spare = Notices(), [], _BREAKS - len(by_unit)
    sender = _Sender(issuing_office(page.book), day_text(page.book.as_of), day_text(answer_by(page.book)))
    for unit, told in by_unit:
        breaks.append(notices.row)
        _add_notice(notices, (unit, told, waiting.get(unit.code, 0)), sender)
        tail = 4 if unit.code in waiting else 3
        if spare and _ends_alone(notices, len(told), tail):
            breaks.append(notices.row - tail - 1)
            spare -= 1
    for name, places in notices.places.items():
        for row in places if name in _LINES and name != "gap" else ():
            page.sheet.join(row, 0, _LAST)
    page.sheet.fill(*_fillings(page, notices))
    page.sheet.set_h_pagebreaks(breaks[1:])
    must(page.sheet.print_area(0, 0, notices.row - 1, _LAST))


class _Sender(NamedTuple):
    """Who sends the notices, on which day, and by which an answer is wanted."""

    office: str
    day: str
    answer_by: str


@dataclass(kw_only=True, slots=True)
class Notices:
    """The rows of a sheet of notices by their kinds: a line by its name, "header", "matter"; `row` is the next one."""

    row: int = 0
    rows: dict[str, list[Sequence[Any]]] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)

    def add(self, kind: str, *rows: Sequence[Any]) -> None:
        """Adds rows of one kind."""
        self.rows.setdefault(kind, []).extend(rows)
        self.places.setdefault(kind, []).extend(range(self.row, self.row + len(rows)))
        self.row += len(rows)

    def line(self, kind: str, text: str) -> None:
        """Adds a line over all columns."""
        self.add(kind, (text, *(None for _ in range(_LAST))))


_Owing = tuple[Unit, Sequence[Reminder], int]  # a unit, its reminders, and how many it had before


def _add_notice(notices: Notices, owing: _Owing, sender: _Sender) -> None:
    facts, (unit, told, waiting) = words()["notice"], owing
    notices.line("title", facts["title"])
    notices.line("addressed", _addressed(unit))
    notices.line("body", _body(told, sender))
    notices.add("header", _labels())
    notices.add("matter", *_matters(told))
    if waiting:
        notices.line("body", facts["before"].format(count=waiting))
    notices.add("gap", (None,))
    notices.line("signature", sender.office)
    notices.line("signature", sender.day)


def _ends_alone(notices: Notices, matters: int, tail: int) -> bool:
    """Whether the `tail` rows below the matters of the last notice may begin a page without any of the matters."""
    bodies = [_line_height(row[0]) for row in notices.rows["body"][2 - tail :]]
    above = (_FIXED["title"], _line_height(notices.rows["addressed"][-1][0]), bodies[0], _FIXED["header"])
    held = map(_matter_height, notices.rows["matter"][-matters:])
    heights = [*above, *held, *bodies[1:], _FIXED["gap"], _LEAST, _LEAST]
    return matters > 1 and any(_last_page(heights, page) >= len(heights) - tail for page in _PAGES)


def _line_height(text: str) -> float:
    return max(height_of(lines_of(text, _WIDTH)) + _ROOM, _LEAST)


def _matter_height(row: Sequence[Any]) -> float:
    texts = ((v, held) for v, held in zip(row, _HELD, strict=True) if v.__class__ is str and 2 * len(v) > held)
    return max(height_of(max((lines_in(text, held) for text, held in texts), default=1)), _LEAST)


def _last_page(heights: Sequence[float], page: float) -> int:
    """The first of some rows that stands on the last page which they take."""
    first, used = 0, 0.0
    for at, height in enumerate(heights):
        if used + height > page:
            first, used = at, 0.0
        used += height
    return first


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


def _labels() -> Sequence[str]:
    facts = words()["notice"]
    named = (shown_for(name).label for name in ("reminder", "matter", "number", "text", "person"))
    return facts["serial"], *named, facts["term"], facts["state"]


def _matters(told: Sequence[Reminder]) -> Iterator[Sequence[Any]]:
    """A row a matter, numbered from 1."""
    kinds = words()["kinds"]
    for serial, reminder in enumerate(told, 1):
        key, _, matter, text, _, number, person, due, left = reminder
        yield str(serial), kinds[key.kind], matter, number, text, person, due, _standing(key.kind, left)


@cache
def _standing(kind: str, left: int | None) -> str:
    """How a matter stands in working days."""
    facts = words()["notice"]
    if left is None:
        return str(facts["no_term"])
    name = "today" if kind == "day" else "late" if left < 0 else "left"
    return str(facts[name].format(days=abs(left)))


# ---- all rows at once


def _fillings(page: Page, notices: Notices) -> Iterator[Filling]:
    """The rows of each kind, with their heights: merged cells are fitted by no program."""
    for kind, rows in notices.rows.items():
        fixed: dict[str, Any] = {"places": notices.places[kind], "least": _FIXED.get(kind, _LEAST), "fixed": True}
        if kind == "matter":
            columns = [Shown(band="", label="", width=w, look=k) for w, k in zip(_WIDTHS, _LOOKS, strict=True)]
            yield filling_for(page, columns, rows, notices.places[kind][0], **fixed)
            continue
        style = page.styles(*_LINES.get(kind, ("header_required",)))
        lines = [] if kind in _FIXED else [line_held(_WIDTH), *(0 for _ in range(_LAST))]
        yield Filling(
            rows=rows,
            count=len(rows),
            first_row=notices.places[kind][0],
            formats=[style] * len(rows[0]),
            lines=lines,
            room=0.0 if kind in _FIXED else _ROOM,
            **fixed,
        )
