"""One pass over a sheet's XML that keeps the elements of the wanted rows, and of the cells with given styles."""

from __future__ import annotations

import re
from typing import NamedTuple

from rectify_xl.excel.marking.archive import CannotPatch
from rectify_xl.excel.marking.elements import Element, new_parser, tag_end

Cell = tuple[int, int]  # Excel's row number (from 1), the column's index (from 0)
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_MEASURE = re.compile(r"\d{1,4}(\.\d+)?")


class Row(NamedTuple):
    """One row with its number and, where it is wanted, its cells by column."""

    number: int
    element: Element
    cells: list[tuple[int, Element]]


def cell_in(reference: str) -> Cell | None:
    """The cell that a reference such as V7 names; None if it is none."""
    match = _CELL.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


def measure(text: str | None, default: float) -> float:
    """A width or height as a sheet writes it, `default` where it is missing or unreadable."""
    return float(text) if text and _MEASURE.fullmatch(text) else default


class Scan:
    """The expat handlers of one pass over a sheet."""

    def __init__(self, data: bytes, wanted: frozenset[int], styles: frozenset[str]) -> None:
        self.data, self.wanted, self.styles = data, wanted, styles
        self.rows: list[Row] = []
        self.columns: list[tuple[int, int, Element]] = []
        self.sections: list[Element] = []
        self.styled: list[tuple[Element, str]] = []
        self.heights: dict[int, float] = {}
        self.data_element: Element | None = None
        self.format_element: Element | None = None
        self.legacy_drawing: Element | None = None
        self._namespace = self._cell_tag = self._row_tag = ""
        self._depth, self._last_row, self._column = 0, 0, -1
        self._open_section: Element | None = None
        self._row: Row | None = None
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _element(self, tag: str, attributes: dict[str, str]) -> Element:
        namespace, _, name = tag.rpartition(" ")
        start = self.parser.CurrentByteIndex
        return Element(name, namespace, attributes, start, tag_end(self.data, start))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 4:
            if tag == self._cell_tag and self._row is not None:
                self._start_cell(tag, attributes)
        elif self._depth == 1:
            self._namespace = tag.rpartition(" ")[0]
            self._cell_tag, self._row_tag = f"{self._namespace} c", f"{self._namespace} row"
        elif self._depth == 2:
            self._start_section(self._element(tag, attributes))
        elif self._depth == 3:
            self._start_row_or_column(tag, attributes)

    def _start_section(self, element: Element) -> None:
        self.sections.append(element)
        self._open_section = element
        if element.namespace != self._namespace:
            return
        if element.name == "sheetData":
            self.data_element = element
        elif element.name == "sheetFormatPr":
            self.format_element = element
        elif element.name == "legacyDrawing":
            self.legacy_drawing = element

    def _start_row_or_column(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == self._row_tag:
            self._start_row(tag, attributes)
        elif tag == f"{self._namespace} col":
            element = self._element(tag, attributes)
            first, last = attributes.get("min", "1"), attributes.get("max", "1")
            self.columns.append((int(first) - 1, int(last) - 1, element))
            self._keep_if_styled(element, "style")

    def _start_row(self, tag: str, attributes: dict[str, str]) -> None:
        written = attributes.get("r")
        number = int(written) if written else self._last_row + 1
        self._last_row, self._column = number, -1
        element = self._element(tag, attributes)
        self._row = Row(number, element, [])
        self.rows.append(self._row)
        if "ht" in attributes:
            self.heights[number] = measure(attributes["ht"], 15.0)
        self._keep_if_styled(element, "s")
        if number not in self.wanted and not self.styles and written:
            self._row = None

    def _start_cell(self, tag: str, attributes: dict[str, str]) -> None:
        row = self._row
        if row is None:
            return
        cell = cell_in(attributes["r"]) if "r" in attributes else (row.number, self._column + 1)
        if cell is None:
            raise CannotPatch("damaged")
        if cell[0] != row.number:
            if row.cells or "r" in row.element.attributes:
                raise CannotPatch("damaged")
            row = self._row = self.rows[-1] = row._replace(number=cell[0])
            self._last_row = row.number
        self._column = cell[1]
        is_styled = attributes.get("s", "") in self.styles
        if row.number in self.wanted or is_styled or "r" not in row.element.attributes:
            element = self._element(tag, attributes)
            row.cells.append((cell[1], element))
            if is_styled:
                self.styled.append((element, "s"))

    def _keep_if_styled(self, element: Element, key: str) -> None:
        if element.attributes.get(key, "") in self.styles:
            self.styled.append((element, key))

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._depth == 2 and self._row is not None and tag == self._row_tag:
            self._close(self._row.element)
            self._row = None
        elif self._depth == 1 and self._open_section is not None:
            self._close(self._open_section)

    def _close(self, element: Element) -> None:
        element.close = self.parser.CurrentByteIndex
        is_empty = element.close == element.inner and self.data[element.inner - 2 : element.inner] == b"/>"
        element.end = element.close if is_empty else tag_end(self.data, element.close)
