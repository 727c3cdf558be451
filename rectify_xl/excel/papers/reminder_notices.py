"""The notices of 催办通知.xlsx: one unit after another, each on a page of its own, to be printed and handed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, count, groupby, islice, repeat
from typing import Any, NamedTuple

import xlsxwriter

from rectify_xl.columnar import ColumnRows, Columns, picked
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
_BESIDE = (None,) * _LAST
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
# Characters of a matter's text: more would not stand in a row as high as Excel allows, and hide its beginning.
_MOST_TEXT = 200
_FIXED = {"title": 40.0, "header": 28.0, "gap": 12.0}
# Excel knows 1,023 page breaks a sheet.
_UNITS_A_SHEET, _BREAKS = 1_000, 1_023
# Points that a page holds at that scale, and the least that a program may find room for.
_PAGES = (926.0, 900.0)


def add_notices(
    workbook: xlsxwriter.Workbook, styles: Styles, book: Book, now: Sequence[Reminder], waiting: Mapping[str, int]
) -> None:
    """Adds the sheet of notices (for very many units several): a unit a page, or as many pages as its list takes.

    `waiting` is how much each unit was reminded of before.
    """
    units = counted_units(book)
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
    matters, at = _matters([told for _, told in by_unit]), 0
    notices, breaks, spare = Notices(), [], _BREAKS - len(by_unit)
    sender = _Sender(issuing_office(page.book), day_text(page.book.as_of), day_text(answer_by(page.book)), _labels())
    for unit, told in by_unit:
        breaks.append(notices.row)
        _add_notice(notices, (unit, told, waiting.get(unit.code, 0)), sender)
        tail = 4 if unit.code in waiting else 3
        if spare and _ends_alone(notices, matters.heights[at : at + len(told)], tail):
            breaks.append(notices.row - tail - 1)
            spare -= 1
        at += len(told)
    for name, places in notices.places.items():
        for row in places if name in _LINES and name != "gap" else ():
            page.sheet.join(row, 0, _LAST)
    page.sheet.fill(*_fillings(page, notices, matters))
    page.sheet.set_h_pagebreaks(breaks[1:])
    must(page.sheet.print_area(0, 0, notices.row - 1, _LAST))


class _Sender(NamedTuple):
    """Who sends the notices, on which day, by which an answer is wanted, and what the columns are called."""

    office: str
    day: str
    answer_by: str
    labels: Sequence[str]


@dataclass(kw_only=True, slots=True)
class Notices:
    """The rows of a sheet of notices by their kinds: a line by its name, "header", "matter"; `row` is the next one.

    Of matters it knows but the places.
    """

    row: int = 0
    rows: dict[str, list[Sequence[Any]]] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)

    def add(self, kind: str, row: Sequence[Any]) -> None:
        """Adds a row of one kind."""
        self.rows.setdefault(kind, []).append(row)
        self.keep_free(kind, 1)

    def line(self, kind: str, text: str) -> None:
        """Adds a line over all columns."""
        self.add(kind, (text, *_BESIDE))

    def keep_free(self, kind: str, count: int) -> None:
        """Keeps the places of so many rows."""
        self.places.setdefault(kind, []).extend(range(self.row, self.row + count))
        self.row += count


_Owing = tuple[Unit, Sequence[Reminder], int]  # a unit, its reminders, and how many it had before


def _add_notice(notices: Notices, owing: _Owing, sender: _Sender) -> None:
    facts, (unit, told, waiting) = words()["notice"], owing
    notices.line("title", facts["title"])
    notices.line("addressed", _addressed(unit))
    notices.line("body", _body(told, sender))
    notices.add("header", sender.labels)
    notices.keep_free("matter", len(told))
    if waiting:
        notices.line("body", facts["before"].format(count=waiting))
    notices.add("gap", (None,))
    notices.line("signature", sender.office)
    notices.line("signature", sender.day)


def _ends_alone(notices: Notices, matters: Sequence[float], tail: int) -> bool:
    """Whether the `tail` rows below the matters of the last notice may begin a page without any of the matters.

    `matters` are the heights of these.
    """
    bodies = [_line_height(row[0]) for row in notices.rows["body"][2 - tail :]]
    above = (_FIXED["title"], _line_height(notices.rows["addressed"][-1][0]), bodies[0], _FIXED["header"])
    heights = [*above, *matters, *bodies[1:], _FIXED["gap"], _LEAST, _LEAST]
    return len(matters) > 1 and any(_last_page(heights, page) >= len(heights) - tail for page in _PAGES)


def _line_height(text: str) -> float:
    return max(height_of(lines_of(text, _WIDTH)) + _ROOM, _LEAST)


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


class _Matters(NamedTuple):
    """The matters of a sheet: a row of each, those of a unit numbered from 1; their heights; their kinds."""

    rows: ColumnRows
    heights: Sequence[float]
    kinds: Sequence[str]


def _matters(by_unit: Sequence[Sequence[Reminder]]) -> _Matters:
    told = list(chain.from_iterable(by_unit))
    serials = [str(serial) for held in by_unit for serial in range(1, len(held) + 1)]
    kinds = words()["kinds"]

    def make(places: Sequence[int]) -> Columns:
        held = picked(told, places)
        return [
            picked(serials, places), [kinds[r.key.kind] for r in held], [r.matter for r in held],
            [r.number for r in held], [_told(r.text) for r in held], [r.person for r in held], [r.due_on for r in held],
            [_standing(r.key.kind, r.workdays_left) for r in held],
        ]  # fmt: skip

    rows = ColumnRows(range(len(told)), make)
    heights = [height for columns in rows.pieces() for height in _heights(columns)]
    return _Matters(rows, heights, [kinds[kind] for kind in dict.fromkeys(r.key.kind for r in told)])


def _told(text: str) -> str:
    """The text as a notice has room for it; the list of reminders tells the whole of it."""
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _heights(columns: Columns) -> Iterator[float]:
    """The heights of some matters."""
    lines = (_lines_of_each(values, held) for values, held in zip(columns, _HELD, strict=True))
    return (max(height_of(most), _LEAST) for most in map(max, *lines))


def _lines_of_each(values: Sequence[Any], held: int) -> Iterator[int]:
    """How many lines each of a column's values takes."""
    long = {v: lines_in(v, held) for v in frozenset(values) if v.__class__ is str and 2 * len(v) > held}
    return map(long.get, values, repeat(1))


@cache
def _standing(kind: str, left: int | None) -> str:
    """How a matter stands in working days."""
    facts = words()["notice"]
    if left is None:
        return str(facts["no_term"])
    name = "today" if kind == "day" else "late" if left < 0 else "left"
    return str(facts[name].format(days=abs(left)))


# ---- all rows at once


def _fillings(page: Page, notices: Notices, matters: _Matters) -> Iterator[Filling]:
    """The rows of each kind, with their heights: merged cells are fitted by no program."""
    for kind, places in notices.places.items():
        fixed: dict[str, Any] = {"places": places, "least": _FIXED.get(kind, _LEAST), "fixed": True}
        if kind == "matter":
            yield filling_for(page, tuple(_columns(matters.kinds)), matters.rows, places[0], **fixed)
            continue
        rows, style = notices.rows[kind], page.styles(*_LINES.get(kind, ("header_required",)))
        lines = [] if kind in _FIXED else [line_held(_WIDTH), *(0 for _ in range(_LAST))]
        yield Filling(
            rows=rows,
            count=len(rows),
            first_row=places[0],
            formats=[style] * len(rows[0]),
            lines=lines,
            room=0.0 if kind in _FIXED else _ROOM,
            **fixed,
        )


def _columns(kinds: Sequence[str]) -> Iterator[Shown]:
    """How the columns of matters are shown: a kind in its tone, nothing is laid over the rest."""
    for width, look in zip(_WIDTHS, _LOOKS, strict=True):
        values: dict[tuple[type, Any], None] = dict.fromkeys((str, kind) for kind in kinds if look == "state")
        yield Shown(band="", label="", width=width, look=look, values=values)
