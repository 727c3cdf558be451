"""What a kind of mistake is, and the paper it is made on: a clean workbook open in openpyxl, spoiled in one place.

A kind is a function that spoils a `Paper` and says where that must be told:

    from spoiling import Kind, Paper
    from ways import columns

    def too_short(paper: Paper) -> str:
        return paper.put("短")

    KINDS = [Kind("一个字的文字", too_short, where=columns("text", least=2), codes="length")]

A place is "整改台帐!R5" (a cell), "整改台帐!5" (a row), "整改台帐!责任人" (a column that is not there any more),
"整改台帐" (a sheet) or "" (the file); "A|B" is one of two places. What is told of a sheet has no row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple

from clean_returns import Clean, clean, columns_of, cover_cell, header_row
from clean_rows import OFFICES as OFFICES
from set_aside import with_parts

from rectify_xl.facts import catalog
from rectify_xl.model import Column, Form

# Why a kind need not show in the template: only the office can know it; it stands in the frame that a clerk does not
# fill in (headers, sheets, the file); the template takes it as meant, too, and is right; no formula tells a day from a
# number, and only the rules that the number breaks show; LibreOffice is not Excel here.
OFFICE, FRAME, ALIKE, FORMULA, LIBREOFFICE = "office", "frame", "alike", "formula", "LibreOffice"


class Told(NamedTuple):
    """Where a mistake must be told (in every one of the places), and where it may be told besides.

    `rows` says how many rows more than the clean workbook has are to be read.
    """

    at: Sequence[str] = ()
    may: Sequence[str] = ()
    rows: int = 0


@dataclass(frozen=True)
class Kind:
    """One kind of mistake: how a workbook is spoiled, where, and what the library must make of it.

    `where` are columns ("ledger.due"), fields of the cover ("cover.filled_on", or "branches:filled_on" in the workbook
    of that form) or whole forms ("ledger"): one case each. `codes` are the codes that may tell it, separated by spaces
    (any, if there are none). `keeps`: every row is read as if nothing had happened. `unseen` says why the template
    itself need not show it ("" if it must). `offices` are the organisations whose workbooks it is made in, by turns.
    """

    name: str
    spoil: Callable[[Paper], str | Sequence[str] | Told]
    where: Sequence[str] = ("ledger",)
    codes: str = ""
    keeps: bool = False
    unseen: str = ""
    offices: Sequence[str] = OFFICES
    group: str = ""


Spoil = Callable[["Paper"], str | Sequence[str] | Told]


def fixed(name: str, spoil: Spoil, where: Sequence[str], codes: str, offices: Sequence[str] = OFFICES) -> Kind:
    """A kind that is understood: told as fixed, every row read as meant."""
    return Kind(name, spoil, where, codes, keeps=True, offices=offices)


def alike(name: str, spoil: Spoil, where: Sequence[str], codes: str = "fixed-text") -> Kind:
    """A kind that the template takes as it is meant, and so does the reader, who tells it."""
    return Kind(name, spoil, where, codes, keeps=True, unseen=ALIKE)


def framed(name: str, spoil: Spoil, where: Sequence[str], codes: str = "") -> Kind:
    """A kind outside the entries, understood: told, or silently so where a spoiling says no place."""
    return Kind(name, spoil, where, codes, keeps=True, unseen=FRAME)


def of_office(name: str, spoil: Spoil, where: Sequence[str], codes: str, offices: Sequence[str] = OFFICES) -> Kind:
    """A kind that only the office can know of."""
    return Kind(name, spoil, where, codes, unseen=OFFICE, offices=offices)


def of_frame(name: str, spoil: Spoil, where: Sequence[str], codes: str) -> Kind:
    """A kind outside the entries that is told."""
    return Kind(name, spoil, where, codes, unseen=FRAME)


@dataclass
class Paper:
    """A clean workbook open in openpyxl, while one mistake is made on it; `book` may be changed in any way."""

    clean: Clean
    form: Form
    column: Column | None = None
    on_cover: bool = False
    book: Any = None
    row_name: str = ""
    _patches: list[Callable[[bytes], bytes]] = field(default_factory=list)

    @property
    def sheet(self) -> Any:
        """The openpyxl sheet that is spoiled."""
        return self.book[catalog.cover().sheet if self.on_cover else self.form.title]

    @property
    def header(self) -> int:
        """Excel's row of the form's header."""
        return header_row(self.book, self.form)

    @property
    def last_row(self) -> int:
        """Excel's row of the form's last clean row."""
        return self.header + len(self.clean.rows[self.form.name])

    def row(self, name: str = "") -> int:
        """Excel's row of the clean row of that name; of the first that has something in the column, if none is said."""
        rows = self.clean.rows[self.form.name]
        name = name or self.row_name or next((n for n, r in rows.items() if self._is_filled(r)), "usual")
        return self.header + 1 + self.clean.place_of(self.form.name, name)

    def _is_filled(self, row: Mapping[str, Any]) -> bool:
        return self.column is None or row.get(self.column.name) is not None

    def letter(self, column: str = "") -> str:
        """The letter of a column of the form, of the kind's own if none is named."""
        return columns_of(self.book, self.form)[column or self._own]

    @property
    def _own(self) -> str:
        assert self.column is not None, "the kind names no column"
        return self.column.name

    def cell(self, column: str = "", row: str | int = "") -> Any:
        """The openpyxl cell of a column in a row (a name, or Excel's number), or of the kind's cover field."""
        if self.on_cover:
            return cover_cell(self.book, column or self._own)
        number = row if isinstance(row, int) else self.row(row)
        return self.sheet[f"{self.letter(column)}{number}"]

    def value(self, column: str = "", row: str | int = "") -> Any:
        """What stands there while all is well (a day as a date)."""
        value = self.cell(column, row).value
        return value.date() if hasattr(value, "date") else value

    def at(self, column: str = "", row: str | int = "") -> str:
        """The name of that place."""
        return place(self.cell(column, row))

    def put(self, value: Any, column: str = "", row: str | int = "", *, number_format: str = "") -> str:
        """Types a value into a cell, and says where that was; a text is a text even if it begins with =."""
        cell = self.cell(column, row)
        cell.value = value
        if isinstance(value, str) and value.startswith("="):
            cell.data_type = "s"
        if number_format:
            cell.number_format = number_format
        elif isinstance(value, (int, float)):
            cell.number_format = "General"
        return place(cell)

    def formula(self, text: str, column: str = "", row: str | int = "") -> str:
        """Types a formula; openpyxl writes no value with it."""
        cell = self.cell(column, row)
        cell.value = text
        return place(cell)

    def change(self, row: str | int, values: Mapping[str, Any]) -> None:
        """Types several values into one row."""
        for column, value in values.items():
            self.put(value, column, row)

    def add(self, values: Mapping[str, Any], row: int = 0) -> int:
        """Types a row below the last one (or into that row); its number."""
        number = row or self.last_row + 1
        self.change(number, {name: value for name, value in values.items() if value is not None})
        return number

    def row_values(self, name: str) -> dict[str, Any]:
        """The values of a clean row by column."""
        return dict(self.clean.rows[self.form.name][name])

    def options(self, column: str = "") -> tuple[str, ...]:
        """The options of a choice column."""
        return self.clean.settings.lists[self.form.column(column or self._own).choices]

    def line(self, row: int) -> list[Any]:
        """The openpyxl cells of a row of the form, from its first column to its last."""
        letters = columns_of(self.book, self.form).values()
        return [self.sheet[f"{letter}{row}"] for letter in letters]

    def patch(self, change: Callable[[bytes], bytes]) -> None:
        """Changes the bytes of the saved file."""
        self._patches.append(change)

    def patch_sheet(self, change: Callable[[str], str]) -> None:
        """Changes the XML of the spoiled sheet in the saved file."""
        title = self.sheet.title
        self.patch(lambda data: _sheet_changed(data, title, change))

    def patch_text(self, old: str, new: str) -> None:
        """Changes a text of the spoiled sheet in the saved file, as XML, where openpyxl would not write it."""
        self.patch_sheet(lambda xml: xml.replace(old, new))

    def saved(self) -> bytes:
        """The spoiled workbook as a file."""
        held = BytesIO()
        self.book.save(held)
        data = self.clean.whole(held.getvalue())
        for patch in self._patches:
            data = patch(data)
        return data


def _sheet_changed(data: bytes, title: str, change: Callable[[str], str]) -> bytes:
    from rectify_xl.excel.reading.package import Package

    return _part_changed(data, Package(data).sheet_parts[title], change)


def _part_changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    from rectify_xl.excel.reading.package import Package

    old = Package(data).part(part).decode()
    new = change(old)
    assert new != old, "the patch found nothing to change"
    return with_parts(data, {part: new.encode()})


def place(cell: Any) -> str:
    """The name of an openpyxl cell's place."""
    return f"{cell.parent.title}!{cell.coordinate}"


# ---- cases


@dataclass(frozen=True)
class Case:
    """One mistake made: a kind at one of its places, in the workbook of one organisation."""

    kind: Kind
    where: str
    office: str

    @property
    def name(self) -> str:
        """The case in words."""
        return f"{self.kind.name} [{self.office} {self.where}]"

    @property
    def clean(self) -> Clean:
        """The workbook that is spoiled."""
        return paper_for(self.where, self.office).clean

    def spoiled(self) -> tuple[Clean, bytes, Told]:
        """The clean workbook, the spoiled file, and where that must be told."""
        paper = paper_for(self.where, self.office)
        paper.book = paper.clean.opened()
        said = self.kind.spoil(paper)
        told = said if isinstance(said, Told) else Told((said,) if isinstance(said, str) else tuple(said))
        return paper.clean, paper.saved(), told


def cases_of(kind: Kind, most: int = 0) -> list[Case]:
    """A case for every place of a kind (the first `most`, if said), the organisations by turns."""
    made = [Case(kind, where, kind.offices[turn % len(kind.offices)]) for turn, where in enumerate(kind.where)]
    return made[:most] if most else made


def paper_for(where: str, office: str) -> Paper:
    """The paper of a place, not opened yet."""
    if ":" in where or where.startswith("cover."):
        form_name, _, name = where.replace("cover.", "ledger:").partition(":")
        form = catalog.forms()[form_name]
        return Paper(clean=clean(office, form.template), form=form, column=catalog.cover().column(name), on_cover=True)
    form_name, _, name = where.partition(".")
    form = catalog.forms()[form_name]
    column = form.column(name) if name else None
    return Paper(clean=clean(office, form.template), form=form, column=column)
