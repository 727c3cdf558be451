"""The notices of 催办通知.xlsx: one unit after another, each on a page of its own, to be printed and delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any, NamedTuple

import xlsxwriter

from rectify_xl.excel.papers.notice_matters import LEAST_HEIGHT, WIDTHS, Matters, Owing, Part, matters_for
from rectify_xl.excel.writing.fast_rows import FastSheet, Filling
from rectify_xl.excel.writing.fit import height_of
from rectify_xl.excel.writing.page import Heads, Page, Shown, line_held, lines_of, shown_for
from rectify_xl.excel.writing.styles import A4, Styles, must
from rectify_xl.excel.writing.table_rows import filling_for
from rectify_xl.model import Book, Reminder, Table, Unit
from rectify_xl.outgoing.letterhead import answer_by, issuing_office
from rectify_xl.outgoing.matters import words
from rectify_xl.progress.units import counted_units
from rectify_xl.progress.units import words as status_words
from rectify_xl.tables.ledger_table import day_text

# How each column of the matters looks.
_LOOKS = ("centre", "state", "centre", "centre", "text", "centre", "date", "centre")
_WIDTH, _LAST = sum(WIDTHS), len(WIDTHS) - 1
_MERGED_CELLS = (None,) * _LAST
# The lines of a notice besides its matters, each merged over all columns, and their layers; a gap has no text.
_LINES = {
    "title": ("title",),
    "addressed": ("lefted", "bold", "wrapped_middle"),
    "body": ("body",),
    "gap": (),
    "signature": ("signature",),
}
# The scale of the print is fixed: Excel ignores page breaks where it fits pages itself. The columns leave a sixth of
# the page free, for programs that lack the font and set wider characters.
_SCALE = 80
_MARGIN = 4.0
_FIXED_HEIGHTS = {"title": 40.0, "header": 28.0, "gap": 12.0}
# Excel allows 1,023 page breaks a sheet.
_UNITS_A_SHEET, _MOST_BREAKS = 1_000, 1_023
# The height of a page in points at that scale, in Excel and in the program that fits least on it.
_PAGE_HEIGHTS = (926.0, 900.0)


def add_notices(
    workbook: xlsxwriter.Workbook,
    styles: Styles,
    book: Book,
    now: Sequence[Reminder],
    counts: tuple[Mapping[str, Counter[str]], Mapping[str, int]],
) -> None:
    """Adds the sheet of notices (several for very many units): a unit a page, or as many pages as its list takes.

    `counts` are how many of `now` each unit has by kind, units and kinds in their order; and how many earlier ones.
    """
    units, (kinds, waiting) = counted_units(book), counts
    owing = (Owing(units.unit(code), of_unit, waiting.get(code, 0)) for code, of_unit in kinds.items())
    first = 0
    for number in count(1):
        sheet_units = list(islice(owing, _UNITS_A_SHEET))
        if number > 1 and not sheet_units:
            break
        name = words()["sheets"]["notices"]
        name = words()["many"].format(name=name, number=number) if number > 1 else name
        _draw_notices(_page(workbook, styles, book, name), sheet_units, Part(now, first))
        first += sum(unit.kinds.total() for unit in sheet_units)


def _page(workbook: xlsxwriter.Workbook, styles: Styles, book: Book, name: str) -> Page:
    sheet, heads = workbook.add_worksheet(name, FastSheet), Heads(name=name, heading=name)
    for index, width in enumerate(WIDTHS):
        must(sheet.set_column(index, index, width))
    sheet.hide_gridlines(2)
    sheet.set_portrait()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.center_horizontally()
    sheet.set_print_scale(_SCALE)
    sheet.set_footer("&C&9" + words()["page"])
    tables = {name: Table((), [])}
    return Page(workbook=workbook, sheet=sheet, styles=styles, book=book, key=name, heads=heads, tables=tables)


def _draw_notices(page: Page, by_unit: Sequence[Owing], part: Part) -> None:
    if not by_unit:
        page.across((0, 0, _LAST), words()["nothing"], "note", "centered")
        must(page.sheet.set_row(0, LEAST_HEIGHT))
        must(page.sheet.print_area(0, 0, 0, _LAST))
        return
    matters, first = matters_for(by_unit, part), 0
    notices, breaks, spare = Notices(), [], _MOST_BREAKS - len(by_unit)
    sender = _Sender(issuing_office(page.book), day_text(page.book.as_of), day_text(answer_by(page.book)), _labels())
    for owing in by_unit:
        total, tail = owing.kinds.total(), 4 if owing.waiting else 3
        breaks.append(notices.row)
        _add_notice(notices, owing, sender)
        if spare and _ends_alone(notices, matters.heights[first : first + total], tail):
            breaks.append(notices.row - tail - 1)
            spare -= 1
        first += total
    for name, places in notices.places.items():
        for row in places if name in _LINES and name != "gap" else ():
            page.sheet.join(row, 0, _LAST)
    page.sheet.fill(*_fillings(page, notices, matters))
    page.sheet.set_h_pagebreaks(breaks[1:])
    must(page.sheet.print_area(0, 0, notices.row - 1, _LAST))


class _Sender(NamedTuple):
    """What all notices share: the sending office, the day, the day to answer by, and the labels of the columns."""

    office: str
    day: str
    answer_by: str
    labels: Sequence[str]


@dataclass(kw_only=True, slots=True)
class Notices:
    """The rows of a sheet of notices by kind (a key of `_LINES`, "header", "matter"); `row` is the next free one.

    Of matters it holds the row numbers only.
    """

    row: int = 0
    rows: dict[str, list[Sequence[Any]]] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)

    def add(self, kind: str, row: Sequence[Any]) -> None:
        """Adds a row of one kind."""
        self.rows.setdefault(kind, []).append(row)
        self.reserve(kind, 1)

    def line(self, kind: str, text: str) -> None:
        """Adds a line over all columns."""
        self.add(kind, (text, *_MERGED_CELLS))

    def reserve(self, kind: str, count: int) -> None:
        """Reserves the next `count` rows."""
        self.places.setdefault(kind, []).extend(range(self.row, self.row + count))
        self.row += count


def _add_notice(notices: Notices, owing: Owing, sender: _Sender) -> None:
    facts = words()["notice"]
    notices.line("title", facts["title"])
    notices.line("addressed", _addressee(owing.unit))
    notices.line("body", _body(owing.kinds, sender))
    notices.add("header", sender.labels)
    notices.reserve("matter", owing.kinds.total())
    if owing.waiting:
        notices.line("body", facts["before"].format(count=owing.waiting))
    notices.add("gap", (None,))
    notices.line("signature", sender.office)
    notices.line("signature", sender.day)


def _ends_alone(notices: Notices, matters: Sequence[float], tail: int) -> bool:
    """Whether the `tail` rows below the matters of the last notice may be alone on a page, without any matter.

    `matters` are the heights of the matters.
    """
    bodies = [_line_height(row[0]) for row in notices.rows["body"][2 - tail :]]
    addressee, fixed = _line_height(notices.rows["addressed"][-1][0]), _FIXED_HEIGHTS
    above = (fixed["title"], addressee, bodies[0], fixed["header"])
    heights = [*above, *matters, *bodies[1:], fixed["gap"], LEAST_HEIGHT, LEAST_HEIGHT]
    return len(matters) > 1 and any(_last_page(heights, page) >= len(heights) - tail for page in _PAGE_HEIGHTS)


def _line_height(text: str) -> float:
    return max(height_of(lines_of(text, _WIDTH)) + _MARGIN, LEAST_HEIGHT)


def _last_page(heights: Sequence[float], page: float) -> int:
    """The index of the first row on the last page that rows of these heights take."""
    first, used = 0, 0.0
    for index, height in enumerate(heights):
        if used + height > page:
            first, used = index, 0.0
        used += height
    return first


def _addressee(unit: Unit) -> str:
    facts, roles = words()["notice"], status_words()["roles"]
    names = ((roles[role], str(getattr(unit, role))) for role in ("first_responsible", "leader"))
    people = facts["joint"].join(facts["person"].format(role=role, name=name) for role, name in names if name)
    return str(facts["unit_people" if people else "unit"].format(unit=unit.name or unit.code, people=people))


def _body(counts: Counter[str], sender: _Sender) -> str:
    facts = words()["notice"]
    kinds = {name: counts[kind] for kind, name in words()["kinds"].items() if counts[kind]}
    parts = (facts["part"].format(kind=name, count=count) for name, count in kinds.items())
    joined = facts["parts_joint"].join(parts)
    return str(facts["body"].format(day=sender.day, count=counts.total(), parts=joined, answer_by=sender.answer_by))


def _labels() -> Sequence[str]:
    facts = words()["notice"]
    labels = (shown_for(name).label for name in ("reminder", "matter", "number", "text", "person"))
    return facts["serial"], *labels, facts["term"], facts["state"]


# ---- all rows at once


def _fillings(page: Page, notices: Notices, matters: Matters) -> Iterator[Filling]:
    """The rows of each kind with their heights, which no program fits to merged cells."""
    for kind, places in notices.places.items():
        fixed: dict[str, Any] = {"places": places, "least": _FIXED_HEIGHTS.get(kind, LEAST_HEIGHT), "fixed": True}
        if kind == "matter":
            yield filling_for(page, tuple(_columns(matters.kinds)), matters.rows, places[0], **fixed)
            continue
        rows, style = notices.rows[kind], page.styles(*_LINES.get(kind, ("header_required",)))
        lines = [] if kind in _FIXED_HEIGHTS else [line_held(_WIDTH), *(0 for _ in range(_LAST))]
        yield Filling(
            rows=rows,
            count=len(rows),
            first_row=places[0],
            formats=[style] * len(rows[0]),
            lines=lines,
            room=0.0 if kind in _FIXED_HEIGHTS else _MARGIN,
            **fixed,
        )


def _columns(kinds: Sequence[str]) -> Iterator[Shown]:
    """How the columns of matters are shown; only kinds have looks by value."""
    for width, look in zip(WIDTHS, _LOOKS, strict=True):
        values: dict[tuple[type, Any], None] = dict.fromkeys((str, kind) for kind in kinds if look == "state")
        yield Shown(band="", label="", width=width, look=look, values=values)
