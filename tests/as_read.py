"""A workbook as a reader has it, whichever release of xlsxwriter wrote it: two ways to say the same are alike.

Releases number styles and texts as they like, round heights and widths to pixels each in its own way (from 3.3 on a row
of 32 points is written as 32.25), and have their own order of conditional formats, each with the same priority.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sheetxml import BookXml, book_xml

# How many cells a row spans helps a reader to make room, and says nothing.
_HINTS = ("spans",)
# What a pixel is: of heights in points, of widths in digits.
_PIXELS = {"ht": 0.75, "defaultRowHeight": 0.75, "width": 1 / 7, "defaultColWidth": 1 / 7}
_LOOKS = ("s", "style")
_PARTS_OF_A_LOOK = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
# What refers to other parts by number, and is read apart; each other element of a sheet is compared as it stands.
_READ_APART = ("cols", "sheetData", "conditionalFormatting", "dataValidations")


def differences(one: Path, other: Path) -> list[str]:
    """The places (a cell, a row, or something of a sheet or of the workbook) that a reader has otherwise in the two."""
    held, wanted = dict(_facts(book_xml(one))), dict(_facts(book_xml(other)))
    return sorted(place for place in held.keys() | wanted.keys() if held.get(place) != wanted.get(place))


@dataclass(frozen=True, eq=False)
class _Size:
    """A height or width; one that differs by a pixel at most is the same."""

    value: float
    pixel: float

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Size) and abs(self.value - other.value) < self.pixel * 1.1


def _facts(book: BookXml) -> Iterator[tuple[str, Any]]:
    yield "sheets", list(book.sheets)
    yield "workbook", _said(book.workbook)
    looks = {str(index): _look(book, str(index)) for index in range(len(book.styles.findall("cellXfs/*")))}
    yield "what a cell looks like unless said", looks["0"]
    for title, sheet in book.sheets.items():
        for place, fact in _cells(sheet, looks, book.texts(title)):
            yield f"{title}!{place}", fact
        for place, fact in _rest(sheet, looks, book.styles):
            yield f"{title}: {place}", fact


def _cells(sheet: ET.Element, looks: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for row in sheet.findall("sheetData/row"):
        yield row.get("r", ""), _attributes(row, looks)
        for cell in row:
            place = cell.get("r", "")
            facts = _attributes(cell, looks)
            if place in texts:
                yield place, {**facts, "t": "text", "v": texts[place]}
            else:
                yield place, {**facts, "held": [_said(inner) for inner in cell]}


def _rest(sheet: ET.Element, looks: Mapping[str, Any], styles: ET.Element) -> Iterator[tuple[str, Any]]:
    for element in sheet:
        if element.tag not in _READ_APART:
            yield element.tag, _said(element)
    yield "columns", [_attributes(column, looks) for column in sheet.findall("cols/col")]
    for validation in sheet.iter("dataValidation"):
        yield f"validation of {validation.get('sqref')}", _said(validation)
    formats = {str(index): _said(format) for index, format in enumerate(styles.findall("dxfs/dxf"))}
    for places in sheet.findall("conditionalFormatting"):
        for rule in places:
            facts = {**_attributes(rule, looks), "dxfId": formats.get(rule.get("dxfId", ""))}
            inner = [_said(element) for element in rule]
            yield f"{rule.get('priority')}. conditional format", (places.attrib, facts, inner)


def _look(book: BookXml, index: str) -> tuple[Any, ...]:
    """All that a cell of that style looks like."""
    style = book.style(index)
    parts = {
        name: _said(book.styles.findall(f"{held}/*")[int(style.get(name, "0"))])
        for name, held in _PARTS_OF_A_LOOK.items()
    }
    flags = {name: fact for name, fact in style.items() if not name.endswith("Id")}
    inner = [_said(element) for element in style]
    return book.number_format(index), parts, flags, inner


def _attributes(element: ET.Element, looks: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the element, sizes and looks in place of their numbers."""
    facts: dict[str, Any] = {name: fact for name, fact in element.items() if name not in _HINTS}
    facts |= {name: looks.get(facts[name], facts[name]) for name in _LOOKS if name in facts}
    return facts | {name: _Size(float(facts[name]), pixel) for name, pixel in _PIXELS.items() if name in facts}


def _said(element: ET.Element) -> tuple[Any, ...]:
    """The element and all in it, as what can be compared."""
    text = "" if element.text is None or element.text.isspace() else element.text
    return element.tag, text, _attributes(element, {}), [_said(inner) for inner in element]
